"""The pages as they are drawn: every sentence escaped, what is to be typed as code."""

from bot.web.pages import Pages, PageSettings

PAGES = Pages(PageSettings(public_url="https://bot.example.com", command="/superoffice"))


def closed(code: str, **params: object) -> str:
    page = PAGES.response(
        "closed",
        403,
        "en",
        error=(f"error.{code}", f"error.{code}.next"),
        reference="",
        params=params,
        again="",
    )
    return bytes(page.body).decode()


def test_what_is_to_be_typed_is_code() -> None:
    page = closed("consent-withdrawn")
    assert "<p>Type <code>/superoffice link</code> to give it again.</p>" in page
    assert "`" not in page.partition("<main>")[2]


def test_a_value_marks_up_nothing_but_itself() -> None:
    page = closed("crm-away", state="<script>`x`</script>")
    assert "(&lt;script&gt;<code>x</code>&lt;/script&gt;)" in page
