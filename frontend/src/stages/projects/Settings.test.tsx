import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeAll, expect, test, vi } from "vitest";
import { worded } from "../../app/i18n";
import { show } from "../../test/show";
import { Keys } from "./Keys";
import { AddPerson } from "./People";
import { PersonRole } from "./PersonRole";

beforeAll(() => worded(Promise.resolve()));
afterEach(() => vi.unstubAllGlobals());

const ANN = { id: "per_ann", name: "Ann", role: "lead", kind: "human", created_at: 1, tags: [], everywhere: false } as const;
const KEY = { id: "key_ann", person_id: "per_ann", person: "Ann", created_at: 1, revoked_at: null as number | null };

/** Answers reads with the keys, and notes every change that was asked for. */
function serve(refusal?: string) {
  const asked: string[] = [];
  vi.stubGlobal("fetch", async (path: string, init: RequestInit) => {
    if (init.method !== "GET") {
      asked.push(`${init.method} ${path} ${(init.body as string | undefined) ?? ""}`.trim());
      if (refusal) return new Response(JSON.stringify({ error: { code: "last_lead", message: refusal, remedy: "Make somebody else a lead first." } }), { status: 409, headers: { "content-type": "application/json" } });
      KEY.revoked_at = 2;
    }
    return new Response(JSON.stringify({ keys: [KEY] }), { status: 200, headers: { "content-type": "application/json" } });
  });
  return asked;
}

test("a key is revoked after one question, and shown as revoked", async () => {
  const asked = serve();
  show(<Keys projectId="p" />);
  const user = userEvent.setup();
  await user.click(await screen.findByRole("button", { name: "Revoke a key of Ann" }));
  expect(asked).toEqual([]);
  await user.click(within(await screen.findByRole("dialog")).getByRole("button", { name: "Revoke" }));
  await waitFor(() => expect(asked).toEqual(["DELETE /api/projects/p/keys/key_ann"]));
  expect(await screen.findByText("revoked")).toBeInTheDocument();
  expect(screen.queryByRole("button", { name: "Revoke a key of Ann" })).not.toBeInTheDocument();
});

test("a role is changed in place, and a refusal says why", async () => {
  const asked = serve("Ann is the only one who leads project p.");
  show(<PersonRole projectId="p" person={{ ...ANN, tags: [] }} />);
  await userEvent.setup().selectOptions(await screen.findByLabelText("Role of Ann"), "viewer");
  expect(asked).toEqual(['PUT /api/projects/p/people/per_ann/role {"role":"viewer"}']);
  expect(await screen.findByText(/the only one who leads/)).toBeInTheDocument();
});

test("a role held everywhere is not offered for change", async () => {
  serve();
  show(<PersonRole projectId="p" person={{ ...ANN, tags: [], role: "owner", everywhere: true }} />);
  expect(await screen.findByText("owner, everywhere")).toBeInTheDocument();
  expect(screen.queryByRole("combobox")).not.toBeInTheDocument();
});

test("after somebody was added the name is empty again, and link and key can be copied", async () => {
  vi.stubGlobal("fetch", async () => new Response(JSON.stringify({ person_id: "per_2", signin_link: "http://here/signin?token=t", api_key: "lw_k" }), { status: 200, headers: { "content-type": "application/json" } }));
  show(<AddPerson projectId="p" kinds={[{ value: "human", label: "Person" }]} />);
  const user = userEvent.setup();
  await user.type(await screen.findByLabelText(/Name/), "Bea");
  await user.click(screen.getByRole("button", { name: "Add a person" }));
  expect(await screen.findByText("Bea was added")).toBeInTheDocument();
  expect(screen.getByLabelText(/Name/)).toHaveValue("");
  expect(screen.getByRole("button", { name: "Add a person" })).toBeDisabled();
  await user.click(screen.getByRole("button", { name: "Copy: Sign-in link, works once" }));
  expect(await navigator.clipboard.readText()).toBe("http://here/signin?token=t");
});
