"""Two people talk about an item that both judged, each in a browser of their own."""

from e2e_server import Server
from playwright.sync_api import Browser, Page, expect

PROJECT = """\
id: talk
name: Talk
questions: [{id: preference, kind: pairwise, text: "Which answer helps more?"}]
guideline: {text: "Be kind."}
"""


def _open(server: Server, browser: Browser, name: str) -> Page:
    person = {"name": name, "role": "annotator", "kind": "human"}
    link = server.post("/api/projects/talk/people", person)["signin_link"]
    page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
    page.goto(link)
    page.get_by_role("radio").first.wait_for()
    return page


def test_two_people_talk_and_what_is_typed_offline_arrives_once(
    filled: Server, browser: Browser
) -> None:
    filled.post("/api/projects", {"yaml": PROJECT})
    pair = {
        "prompt": {"messages": [{"role": "user", "content": "Is it open?"}], "source": "test"},
        "completions": [
            {"text": "Yes, until six.", "policy": "a"},
            {"text": "Look it up.", "policy": "b"},
        ],
    }
    filled.post("/api/projects/talk/items", {"items": [pair], "overlap": 2})
    ann, bob = _open(filled, browser, "Ann"), _open(filled, browser, "Bob")
    for page in (ann, bob):
        page.keyboard.press("1")
        page.keyboard.press("Enter")
        page.get_by_role("link", name="My work").click()
    ann.get_by_role("button", name="Discuss:").click()
    ann.get_by_label("Your message").fill("It says **when**. <img src=x onerror=alert(1)>")
    ann.get_by_role("dialog").get_by_role("button", name="Discuss").click()
    waiting = bob.get_by_role("list", name="Threads that wait for you")
    waiting.get_by_role("link", name="Is it open?").click()
    expect(bob.get_by_role("log").get_by_text("It says when.")).to_be_visible()
    expect(bob.get_by_role("log").locator("img")).to_have_count(0)
    expect(bob.get_by_text("You see how others moved once")).to_be_visible()
    bob.get_by_role("button", name="Answer again").click()
    bob.keyboard.press("1")
    bob.get_by_role("button", name="Give this answer").click()
    expect(bob.get_by_text("You see how others moved once")).to_have_count(0)
    bob.context.set_offline(True)
    bob.get_by_label("Your message").fill("Said on a train, @annotator-1")
    bob.keyboard.press("Control+Enter")
    expect(bob.get_by_text("not sent yet")).to_be_visible()
    bob.context.set_offline(False)
    expect(ann.get_by_role("log").get_by_text("Said on a train")).to_have_count(1)
    expect(bob.get_by_text("not sent yet")).to_have_count(0)
    expect(bob.get_by_role("log").get_by_text("Said on a train")).to_have_count(1)
    for page in (ann, bob):
        page.context.close()
