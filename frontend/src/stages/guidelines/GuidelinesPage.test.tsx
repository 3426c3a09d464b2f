import { screen } from "@testing-library/react";
import { beforeAll, expect, test } from "vitest";
import { worded } from "../../app/i18n";
import { show } from "../../test/show";
import { VersionView } from "./GuidelinesPage";

beforeAll(() => worded(Promise.resolve()));

const VERSION = { id: "gdl_1", number: 1, text: "Be kind.", criteria: [], checklist: [], digest: "sha256:0", published_at: 1 };

test("the rules that a flag can name stand in the guideline with their meaning", async () => {
  const rule = { id: "promise", name: "Promise", description: "It promises a refund.", severities: ["doubtful", "clear"] };
  show(<VersionView version={{ ...VERSION, flags: [rule] }} />);
  expect(await screen.findByText("It promises a refund.")).toBeInTheDocument();
  expect(screen.getByText("doubtful, clear")).toBeInTheDocument();
});

test("a guideline without rules to flag has no empty section for them", async () => {
  show(<VersionView version={{ ...VERSION, flags: [] }} />);
  expect(await screen.findByText("Be kind.")).toBeInTheDocument();
  expect(screen.queryByText("Rules that a flag can name")).not.toBeInTheDocument();
});
