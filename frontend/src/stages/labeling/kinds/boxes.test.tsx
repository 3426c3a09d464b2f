import { fireEvent, screen } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { judging } from "../../../test/judging";
import { between, pulled, resized, shifted } from "./boxGeometry";

afterEach(() => vi.unstubAllGlobals());

const IMAGE = { url: "/picture.png", width: 800, height: 400, alt: "A street", sensitive: false };
const OPTIONS = [{ id: "cat", name: "Cat" }, { id: "dog", name: "Dog" }];
const mark = (image = IMAGE) => judging({ kind: "boxes", options: OPTIONS }, { image, completions: [] });

test("boxes are whole pixels within the picture, whichever corners they are drawn from", () => {
  expect(between({ x: 300.4, y: 500 }, { x: -5, y: 20.6 }, IMAGE)).toEqual({ x: 0, y: 21, width: 300, height: 379 });
  expect(shifted({ x: 700, y: 10, width: 100, height: 50 }, 40, -30, IMAGE)).toEqual({ x: 700, y: 0, width: 100, height: 50 });
  expect(resized({ x: 700, y: 10, width: 50, height: 50 }, 500, -500, IMAGE)).toEqual({ x: 700, y: 10, width: 100, height: 3 });
  expect(pulled({ x: 100, y: 100, width: 50, height: 50 }, "nw", { x: 200, y: 90 }, IMAGE)).toEqual({ x: 150, y: 90, width: 50, height: 60 });
});

test("a box is made, labeled, moved, resized and removed by keys", async () => {
  const { user, send, sent } = await mark();
  expect(send()).toHaveAccessibleDescription("Draw a box, or say that nothing is there");
  await user.keyboard("n");
  expect(send()).toHaveAccessibleDescription("Box 1 has no label yet");
  await user.keyboard("2{ArrowRight}{Shift>}{ArrowDown}{/Shift}{Alt>}{ArrowUp}{/Alt}");
  const [first] = screen.getAllByRole("button", { name: /^Box 1: Dog/ });
  expect(first).toHaveAttribute("aria-current", "true");
  await user.keyboard("n{Delete}{Enter}");
  expect((await sent()).answer).toEqual({ boxes: [{ label: "dog", x: 308, y: 149, width: 200, height: 108 }], reason: null });
});

test("a mouse draws, selects and pulls; a click on nothing lets go", async () => {
  const { user, send, sent } = await mark();
  await user.click(screen.getByRole("radio", { name: "Cat" }));
  const marks = document.querySelector("svg[data-tool]")!;
  marks.getBoundingClientRect = () => ({ left: 0, top: 0, width: 400, height: 200 }) as DOMRect;
  const drag = (target: Element, from: [number, number], to: [number, number]) => {
    fireEvent.pointerDown(target, { button: 0, clientX: from[0], clientY: from[1], pointerId: 1 });
    fireEvent.pointerMove(marks, { clientX: to[0], clientY: to[1], pointerId: 1 });
    fireEvent.pointerUp(marks, { clientX: to[0], clientY: to[1], pointerId: 1 });
  };
  drag(marks, [110, 60], [10, 20]);
  expect(screen.getByText("20, 40; 200 by 80 pixels")).toBeInTheDocument();
  drag(marks.querySelector("[data-box='0']")!, [50, 30], [60, 30]);
  expect(screen.getByText("40, 40; 200 by 80 pixels")).toBeInTheDocument();
  drag(marks.querySelector("[data-handle='se']")!, [120, 60], [130, 80]);
  drag(marks, [300, 150], [300, 150]);
  expect(marks.querySelector("[data-handle]")).toBeNull();
  await user.click(send());
  expect((await sent()).answer).toEqual({ boxes: [{ label: "cat", x: 40, y: 40, width: 220, height: 120 }], reason: null });
});

test("that nothing is there is said, not guessed", async () => {
  const { user, sent } = await mark();
  await user.keyboard("{Enter}");
  expect(screen.getByText("Prompt 1")).toBeInTheDocument();
  await user.keyboard("0");
  expect(screen.getByRole("checkbox", { name: /Nothing there/ })).toBeChecked();
  await user.keyboard("{Enter}");
  expect((await sent()).answer).toEqual({ boxes: [], reason: null });
});

test("boxes do not go by the key that says that nothing is there", async () => {
  const { user, sent } = await mark();
  await user.keyboard("n10{Enter}");
  expect((await sent()).answer).toMatchObject({ boxes: [{ label: "cat" }] });
});

test("a sensitive picture is covered until it is shown, and can be covered again", async () => {
  const { user } = await mark({ ...IMAGE, sensitive: true });
  expect(screen.getByText(/may be upsetting/)).toBeInTheDocument();
  await user.keyboard("n");
  expect(screen.queryByRole("button", { name: /^Box 1/ })).toBeNull();
  await user.keyboard("v");
  expect(screen.queryByText(/may be upsetting/)).toBeNull();
  await user.click(screen.getByRole("button", { name: /Blur it again/ }));
  expect(screen.getByText(/may be upsetting/)).toBeInTheDocument();
});

test("a picture that does not load is told, and tried again", async () => {
  const { user } = await mark();
  fireEvent.error(screen.getByRole("img", { name: "A street" }));
  expect(screen.getByRole("alert")).toHaveTextContent("The picture could not be loaded: A street");
  await user.click(screen.getByRole("button", { name: "Try again" }));
  expect(screen.getByRole("img", { name: "A street" })).toBeInTheDocument();
});

test("keys zoom in and out, and back to the whole", async () => {
  const { user } = await mark();
  const before = screen.getByText(/ %$/).textContent;
  await user.keyboard("+");
  expect(screen.getByText(/ %$/).textContent).not.toBe(before);
  await user.keyboard("=-o");
  expect(screen.getByText(/ %$/)).toHaveTextContent(before!);
});
