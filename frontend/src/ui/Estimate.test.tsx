import { MantineProvider } from "@mantine/core";
import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import type { Estimate } from "../api/types";
import { EstimateText } from "./Estimate";

const KNOWN: Estimate = { value: 0.6234, low: 0.551, high: 0.694, n: 1204, method: "clustered by rater" };

const shown = (estimate: Estimate | null, kind: "percent" | "decimal" = "percent") =>
  render(<MantineProvider env="test"><EstimateText estimate={estimate} kind={kind} /></MantineProvider>).container;

test("a value comes with its interval, n and method", () => {
  const view = shown(KNOWN);
  expect(view).toHaveTextContent("62% [55\u201369%] n=1,204");
  expect(view).toHaveTextContent("Method: clustered by rater");
});

test("unknown says why and is never a number", () => {
  const view = shown({ value: null, low: null, high: null, n: 6, method: "alpha", reason: "needs 14 more judgments" });
  expect(view).toHaveTextContent("unknown: needs 14 more judgments");
  expect(view).not.toHaveTextContent("0");
});

test("NaN and nothing at all are unknown", () => {
  shown({ ...KNOWN, value: Number.NaN });
  expect(screen.getByText("unknown")).toBeInTheDocument();
  expect(shown(null)).toHaveTextContent("unknown");
});

test("a zero is a value", () => {
  expect(shown({ ...KNOWN, value: 0, low: -0.1, high: 0.1 }, "decimal")).toHaveTextContent("0.00 [\u22120.10 to 0.10]");
});
