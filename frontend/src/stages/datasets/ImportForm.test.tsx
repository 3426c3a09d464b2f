import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeAll, expect, test, vi } from "vitest";
import { worded } from "../../app/i18n";
import { show } from "../../test/show";
import { ImportForm } from "./ImportForm";
import { Rejects } from "./Rejects";

beforeAll(() => worded(Promise.resolve()));
afterEach(() => vi.unstubAllGlobals());

const EXAMPLES = [
  { form: "pairwise", question: "better", mapping: "kind: votes\nquestion: better\n", file: "votes.csv", rows: "id,winner\n" },
  { form: "prompts", question: null, mapping: "kind: prompts\n", file: "questions.csv", rows: "prompt\n" },
];

/** Answers reads with the examples, refuses the first import, and notes what was sent. */
function serve(refusal: { code: string; message: string }) {
  const sent: FormData[] = [];
  vi.stubGlobal("fetch", async (_path: string, init: RequestInit) => {
    const answer = (body: unknown, status: number) => new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });
    if (init.method === "GET") return answer({ examples: EXAMPLES, spec: { questions: [] } }, 200);
    sent.push(init.body as FormData);
    return answer({ error: { ...refusal, remedy: "Correct the row." } }, 422);
  });
  return sent;
}

test("a mapping that was typed stays when another example is looked at, and is sent with its images", async () => {
  const sent = serve({ code: "bad_row", message: "votes.csv:2: winner is empty. Nothing was imported." });
  show(<ImportForm projectId="p" />);
  const user = userEvent.setup();
  const examples = await screen.findByLabelText("Start from an example");
  const mapping = screen.getByRole("textbox", { name: "Mapping" });
  await user.type(mapping, "source: mine");
  await user.selectOptions(examples, "Prompts to be answered");
  expect(mapping).toHaveValue("kind: prompts\n");
  await user.selectOptions(examples, "better: comparison");
  expect(mapping).toHaveValue("kind: votes\nquestion: better\nsource: mine");
  const [rows, , images] = document.querySelectorAll("input[type=file]");
  await user.upload(rows as HTMLInputElement, new File(["id"], "votes.csv"));
  await user.upload(images as HTMLInputElement, [new File(["1"], "a.png", { type: "image/png" }), new File(["2"], "b.png", { type: "image/png" })]);
  await user.click(screen.getByRole("button", { name: "Import" }));
  expect(await screen.findByText(/votes\.csv:2: winner is empty/)).toBeInTheDocument();
  expect(screen.queryByText("kind: votes", { selector: "pre" }), "a row of the data is no line of the mapping").not.toBeInTheDocument();
  expect(sent[0]?.get("mapping")).toBe("kind: votes\nquestion: better\nsource: mine");
  expect(sent[0]?.getAll("images").map((one) => (one as File).name)).toEqual(["a.png", "b.png"]);
  expect(mapping).toHaveValue("kind: votes\nquestion: better\nsource: mine");
});

test("what was left out is listed with its reasons", async () => {
  const lines = '{"place":"votes.csv:2","reason":"winner is empty"}\n{"place":"votes.csv:7","reason":"id is empty"}\n';
  vi.stubGlobal("fetch", async () => new Response(lines, { status: 200, headers: { "content-type": "application/x-ndjson" } }));
  show(<Rejects projectId="p" importId="imp_1" />);
  await userEvent.setup().click(await screen.findByText("What was left out, with reasons"));
  expect(await screen.findByText("winner is empty")).toBeInTheDocument();
  expect(screen.getByRole("link", { name: "Download all 2 as JSON lines" })).toHaveAttribute("href", "/api/projects/p/imports/imp_1/rejects");
});

test("a mistake in the mapping is shown with its line", async () => {
  serve({ code: "invalid_mapping", message: "mapping.yaml:2 question: it is unknown." });
  show(<ImportForm projectId="p" />);
  const user = userEvent.setup();
  await screen.findByLabelText("Start from an example");
  await user.upload(document.querySelectorAll("input[type=file]")[0] as HTMLInputElement, new File(["id"], "votes.csv"));
  await user.click(screen.getByRole("button", { name: "Import" }));
  expect(await screen.findByText("question: better", { selector: "pre" })).toBeInTheDocument();
});
