import { render } from "@testing-library/react";
import { expect, test } from "vitest";
import MarkdownBody from "./MarkdownBody";

const ATTACKS = [
  "<script>window.hacked = 1</script>",
  "<img src=x onerror=\"window.hacked = 1\">",
  "[click](javascript:window.hacked=1)",
  "<a href=\"javascript:window.hacked=1\">x</a>",
  "<svg onload=window.hacked=1>",
  "<iframe srcdoc=\"<script>parent.hacked=1</script>\"></iframe>",
  "![spy](https://tracker.example/pixel.gif)",
  "[data](data:text/html,<script>window.hacked=1</script>)",
  "<style>body { display: none }</style>",
];

test.each(ATTACKS)("nothing in %s runs, loads or restyles", (text) => {
  const { container } = render(<MarkdownBody text={text} />);
  expect(container.querySelector("script, iframe, svg, img, style, object, embed, form")).toBeNull();
  for (const element of container.querySelectorAll("*")) {
    for (const attribute of element.getAttributeNames()) expect(attribute).not.toMatch(/^on/);
    expect(element.getAttribute("href") ?? "").not.toMatch(/^\s*(javascript|data):/i);
  }
  expect((window as unknown as { hacked?: number }).hacked).toBeUndefined();
});

test("tables, lists and code are drawn; headings leave the page's outline alone", () => {
  const { container } = render(<MarkdownBody text={"# Big\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n- one\n\n`code`"} />);
  expect(container.querySelector("table")).not.toBeNull();
  expect(container.querySelector("li")?.textContent).toBe("one");
  expect(container.querySelector("code")).not.toBeNull();
  expect(container.querySelector("h1, h2, h3")).toBeNull();
});

test("links open elsewhere and tell nothing", () => {
  const { container } = render(<MarkdownBody text="[a](https://example.org)" />);
  expect(container.querySelector("a")).toHaveAttribute("rel", "noopener noreferrer nofollow");
});

test("characters that hide or turn text around are named", () => {
  const { container } = render(<MarkdownBody text={"pay \u202e001 now\u200b `a\u2066b`"} />);
  expect(container.textContent).toBe("pay RLO001 nowZWSP aLRIb");
  expect(container.querySelectorAll(".lw-hidden")).toHaveLength(3);
});

test("each block finds its own direction; code reads from the left", () => {
  const { container } = render(<MarkdownBody text={"Hello\n\n\u0645\u0631\u062d\u0628\u0627\n\n```\ncode\n```"} />);
  expect([...container.querySelectorAll("p")].map((one) => one.dir)).toEqual(["auto", "auto"]);
  expect(container.querySelector("pre")?.dir).toBe("ltr");
});

test("raw HTML is shown as it was written", () => {
  const { container } = render(<MarkdownBody text={"<script>run()</script>\n\nuse <b>bold</b> here"} />);
  expect(container.textContent).toContain("<script>run()</script>");
  expect(container.textContent).toContain("use <b>bold</b> here");
  expect(container.querySelector("b, script")).toBeNull();
});
