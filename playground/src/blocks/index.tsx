// Every block that Slack shows: most by the renderer, ours where text is parsed, something can be pressed, or it draws none.
import type { Block, Element, Json, Where } from "../types";
import { Interactive } from "./elements";
import { Input } from "./input";
import { Drawn } from "./richtext";
import { DataTable, Table } from "./table";
import { Text } from "./text";

type Props = { block: Block; where: Where };

export function Blocks({ blocks, where }: { blocks: Block[]; where: Where }) {
  return (
    <div className="blocks">
      {blocks.map((block, index) => (
        <div className={`block ${block.type}`} key={block.block_id ?? index} data-block={block.block_id}>
          <Drawing block={block} where={where} />
        </div>
      ))}
    </div>
  );
}

function Drawing({ block, where }: Props) {
  const draw = OURS[block.type];
  if (draw) return <>{draw({ block, where })}</>;
  if (THEIRS.has(block.type)) return <Drawn block={block} />;
  return <span className="unknown">{`[${block.type}]`}</span>;
}

const pressable = ({ block, where }: Props, element: Element, key?: number) => (
  <Interactive key={key} element={element} blockId={block.block_id ?? ""} where={where} />
);

function Header({ block }: Props) {
  return <h3>{block.text.text}</h3>;
}

function Section(props: Props) {
  const { block } = props;
  const { accessory } = block;
  return (
    <div className={`section-row${accessory ? ` has-${accessory.type}` : ""}`}>
      <div className="section-body">
        {block.text && <Text text={block.text} />}
        {block.fields && (
          <div className="fields">
            {block.fields.map((field: Json, index: number) => (
              <Text key={index} text={field} />
            ))}
          </div>
        )}
      </div>
      {accessory && <div className="accessory">{pressable(props, accessory as Element)}</div>}
    </div>
  );
}

function Context({ block }: Props) {
  return (
    <div className="context-row">
      {block.elements.map((element: Json, index: number) =>
        element.type === "image" ? (
          <img key={index} src={element.image_url} alt={element.alt_text} width={20} height={20} />
        ) : (
          <Text key={index} text={element} />
        ),
      )}
    </div>
  );
}

function Actions(props: Props) {
  return (
    <div className="actions-row">
      {(props.block.elements as Element[]).map((element, index) => pressable(props, element, index))}
    </div>
  );
}

function Picture({ block }: Props) {
  return (
    <figure>
      {block.title && <figcaption>{block.title.text}</figcaption>}
      <img src={block.image_url ?? block.slack_file?.url} alt={block.alt_text} />
    </figure>
  );
}

function Card(props: Props) {
  const { block } = props;
  return (
    <div className="card-box">
      {block.hero_image && <img className="hero" src={block.hero_image.image_url} alt={block.hero_image.alt_text} />}
      <Text text={block.title} className="card-title" />
      <Text text={block.subtitle} className="detail" />
      <Text text={block.body} />
      {block.actions && (
        <div className="actions-row">
          {(block.actions as Element[]).map((element, index) => pressable(props, element, index))}
        </div>
      )}
    </div>
  );
}

function Carousel({ block, where }: Props) {
  return (
    <div className="carousel-row" role="group" aria-label="Cards" tabIndex={0}>
      {(block.elements as Block[]).map((card, index) => (
        <Card key={index} block={card} where={where} />
      ))}
    </div>
  );
}

function Container({ block, where }: Props) {
  const head = (
    <span>
      <Text text={block.title} className="card-title" />
      <Text text={block.subtitle} className="detail" />
    </span>
  );
  const body = <Blocks blocks={block.child_blocks} where={where} />;
  if (!block.is_collapsible)
    return (
      <div className="card-box">
        {head}
        {body}
      </div>
    );
  return (
    <details className="card-box" open={!block.default_collapsed}>
      <summary>{head}</summary>
      {body}
    </details>
  );
}

function Alert({ block }: Props) {
  return (
    <div className={`alert-box ${block.level ?? "default"}`} role="note">
      <Text text={block.text} />
    </div>
  );
}

const OURS: Record<string, (props: Props) => React.JSX.Element> = {
  header: (props) => <Header {...props} />,
  section: (props) => <Section {...props} />,
  context: (props) => <Context {...props} />,
  divider: () => <hr />,
  actions: (props) => <Actions {...props} />,
  context_actions: (props) => <Actions {...props} />,
  input: (props) => <Input {...props} />,
  image: (props) => <Picture {...props} />,
  table: ({ block }) => <Table block={block} />,
  data_table: ({ block }) => <DataTable block={block} />,
  card: (props) => <Card {...props} />,
  carousel: (props) => <Carousel {...props} />,
  container: (props) => <Container {...props} />,
  alert: (props) => <Alert {...props} />,
};

const THEIRS = new Set(["rich_text", "data_visualization", "markdown", "video", "file", "plan", "task_card"]);

