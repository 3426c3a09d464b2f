import { render } from "@testing-library/react";
import { expect, test } from "vitest";
import { Markdown } from "./Markdown";

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
  const { container } = render(<Markdown text={text} />);
  expect(container.querySelector("script, iframe, svg, img, style, object, embed, form")).toBeNull();
  for (const element of container.querySelectorAll("*")) {
    for (const attribute of element.getAttributeNames()) expect(attribute).not.toMatch(/^on/);
    expect(element.getAttribute("href") ?? "").not.toMatch(/^\s*(javascript|data):/i);
  }
  expect((window as unknown as { hacked?: number }).hacked).toBeUndefined();
});

test("tables, lists and code are drawn; headings leave the page's outline alone", () => {
  const { container } = render(<Markdown text={"# Big\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n- one\n\n`code`"} />);
  expect(container.querySelector("table")).not.toBeNull();
  expect(container.querySelector("li")?.textContent).toBe("one");
  expect(container.querySelector("code")).not.toBeNull();
  expect(container.querySelector("h1, h2, h3")).toBeNull();
});

test("links open elsewhere and tell nothing", () => {
  const { container } = render(<Markdown text="[a](https://example.org)" />);
  expect(container.querySelector("a")).toHaveAttribute("rel", "noopener noreferrer nofollow");
});
