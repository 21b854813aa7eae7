"""Messages drawn in a terminal: blocks as rich renderables, buttons with numbers to press them by."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from bot.demo.mrkdwn import Viewer, date_token, link, mrkdwn, safe

__all__ = ["Button", "Drawing", "draw"]

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Button:
    """Something that can be pressed: a button, or one choice of a menu."""

    number: int
    label: str
    action_id: str
    url: str = ""
    choice: str | None = None
    #: What is asked before it counts, if anything: the confirmation dialog's texts.
    question: str = ""


@dataclass(frozen=True, slots=True)
class Drawing:
    """What to print, and what can be pressed in it."""

    content: RenderableType
    buttons: Sequence[Button]


def draw(text: str, blocks: Sequence[Json], viewer: Viewer | None = None, first: int = 1) -> Drawing:
    """A message. Without blocks its text is drawn; the buttons' numbers begin with ``first``."""
    pen = _Pen(viewer or Viewer(), first)
    parts = [pen.block(block) for block in blocks] if blocks else [mrkdwn(text, pen.viewer)]
    return Drawing(Group(*parts), pen.buttons)


@dataclass
class _Pen:
    viewer: Viewer
    next: int
    buttons: list[Button] = field(default_factory=list)

    def block(self, block: Json) -> RenderableType:
        drawn: Callable[[Json], RenderableType] | None = getattr(self, f"_{block.get('type')}", None)
        return Text(f"[{safe(str(block.get('type')))}]", "dim") if drawn is None else drawn(block)

    # ------------------------------------------------------------ blocks

    def _header(self, block: Json) -> RenderableType:
        return Padding(self.text(block["text"], "bold underline"), (1, 0, 0, 0), expand=False)

    def _section(self, block: Json) -> RenderableType:
        parts: list[RenderableType] = []
        if "text" in block:
            parts.append(self.text(block["text"]))
        if "fields" in block:
            grid = Table.grid(padding=(0, 4))
            cells = [self.text(each) for each in block["fields"]]
            for left in range(0, len(cells), 2):
                grid.add_row(*cells[left : left + 2])
            parts.append(grid)
        if "accessory" in block:
            parts.append(self.element(block["accessory"]))
        return Group(*parts)

    def _context(self, block: Json) -> RenderableType:
        return Text("  ").join(self.element(each, "dim") for each in block["elements"])

    def _divider(self, _: Json) -> RenderableType:
        return Rule(style="dim")

    def _actions(self, block: Json) -> RenderableType:
        return Padding(
            Text("  ").join(self.element(each) for each in block["elements"]), (1, 0, 0, 0), expand=False
        )

    _context_actions = _actions

    def _image(self, block: Json) -> RenderableType:
        return Text(f"[image: {safe(block.get('alt_text', ''))}]", "dim")

    def _markdown(self, block: Json) -> RenderableType:
        return Text(safe(block["text"]))

    def _alert(self, block: Json) -> RenderableType:
        return self.text(block["text"], "bold")

    def _table(self, block: Json) -> RenderableType:
        head, *rows = [[self.cell(cell) for cell in row] for row in block["rows"]]
        table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
        for number, heading in enumerate(head):
            settings = dict(enumerate(block.get("column_settings", ()))).get(number) or {}
            table.add_column(heading, justify=settings.get("align", "left"))
        for row in rows:
            table.add_row(*row)
        return table

    _data_table = _table

    def _data_visualization(self, block: Json) -> RenderableType:
        lines = [Text(safe(block["title"]), "bold")]
        for series in block["chart"].get("series", ()):
            points = ", ".join(f"{point['label']} {point['value']}" for point in series.get("data", ()))
            lines.append(Text(safe(f"{series['name']}: {points}")))
        return Group(*lines)

    def _rich_text(self, block: Json) -> RenderableType:
        return Group(*self.rich_parts(block["elements"]))

    # ------------------------------------------------------------ parts

    def text(self, value: Json, style: str = "") -> Text:
        if value["type"] == "mrkdwn":
            return mrkdwn(value["text"], self.viewer, style)
        return Text(safe(value["text"]), style)

    def cell(self, cell: Json) -> RenderableType:
        if cell["type"] == "rich_text":
            return self._rich_text(cell)
        return Text(safe(str(cell.get("text", cell.get("value", "")))))

    def element(self, element: Json, style: str = "") -> Text:
        kind = element["type"]
        if kind in {"plain_text", "mrkdwn"}:
            return self.text(element, style)
        if kind == "image":
            return Text(f"[image: {safe(element.get('alt_text', ''))}]", "dim")
        if kind == "button":
            return self.press(element, element)
        choices = element.get("options", ())
        return Text("⋮ ", "dim") + Text("  ").join(
            self.press(element, each, each.get("value")) for each in choices
        )

    def press(self, element: Json, shown: Json, choice: str | None = None) -> Text:
        label, url = safe(shown["text"]["text"]), shown.get("url", "")
        question = _question(element["confirm"]) if "confirm" in element else ""
        button = Button(self.next, label, element.get("action_id", ""), url, choice, question)
        self.buttons.append(button)
        self.next += 1
        label_text = link(button.label, url) if url else Text(button.label, "bold cyan")
        return Text.assemble((f"{button.number} ", "dim"), "[ ", label_text, " ]")

    # ------------------------------------------------------------ rich text

    def rich_parts(self, parts: Sequence[Json], indent: int = 0) -> Iterator[RenderableType]:
        for part in parts:
            kind = part["type"]
            if kind == "rich_text_list":
                yield from self.rich_list(part, indent + part.get("indent", 0) * 2)
            elif kind == "rich_text_quote":
                yield Text("▌ ", "dim") + self.line(part)
            elif kind == "rich_text_preformatted":
                yield Padding(self.line(part), (0, 0, 0, 2), expand=False)
            else:
                yield self.line(part)

    def rich_list(self, part: Json, indent: int) -> Iterator[RenderableType]:
        for number, item in enumerate(part["elements"], 1 + part.get("offset", 0)):
            mark = f"{number}. " if part.get("style") == "ordered" else "• "
            text = self.line(item)
            lines = text.split("\n")
            yield Padding(
                Text(mark) + Text("\n" + " " * len(mark)).join(lines), (0, 0, 0, indent + 1), expand=False
            )

    def line(self, part: Json) -> Text:
        return Text().join(self.leaf(each) for each in part["elements"])

    def leaf(self, leaf: Json) -> Text:
        style = " ".join(
            {"code": "magenta", "strike": "strike"}.get(name, name)
            for name in ("bold", "italic", "strike", "code")
            if (leaf.get("style") or {}).get(name)
        )
        names = self.viewer.names
        match leaf["type"]:
            case "link":
                return link(leaf.get("text") or leaf["url"], leaf["url"], style)
            case "emoji":
                return Text(_emoji(leaf))
            case "user":
                return Text("@" + names.get(leaf["user_id"], leaf["user_id"]), "bold yellow")
            case "channel":
                return Text("#" + names.get(leaf["channel_id"], leaf["channel_id"]), "bold yellow")
            case "broadcast":
                return Text("@" + leaf["range"], "bold yellow")
            case "date":
                return Text(safe(date_token(leaf["format"], leaf["timestamp"], self.viewer)), style)
            case _:
                return Text(safe(leaf.get("text", "")), style)


def _question(dialog: Json) -> str:
    """A confirmation dialog in three lines: its title, its text, what one can answer."""
    texts = [safe(dialog[name]["text"]) for name in ("title", "text", "confirm", "deny")]
    return "{}\n{}\n[ {} ]  [ {} ]".format(*texts)


def _emoji(leaf: Json) -> str:
    code = leaf.get("unicode", "")
    return "".join(chr(int(each, 16)) for each in code.split("-")) if code else f":{safe(leaf['name'])}:"
