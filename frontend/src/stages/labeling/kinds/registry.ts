import { useEffect, useState } from "react";
import { ApiError } from "../../../api/errors";
import { kindWords } from "../../../app/i18n";
import type { Kind } from "./kind";
import { pairwise } from "./pairwise";

/** A screen of a kind that not every project has is loaded when an item of it is first held. */
const LATE: Record<string, () => Promise<Kind>> = {
  single_label: () => import("./single_label").then((file) => file.singleLabel),
  multi_label: () => import("./multi_label").then((file) => file.multiLabel),
  ranking: () => import("./ranking").then((file) => file.ranking),
  rubric: () => import("./rubric").then((file) => file.rubric),
  likert: () => import("./likert").then((file) => file.likert),
  correction: () => import("./correction").then((file) => file.correction),
  boxes: () => import("./boxes").then((file) => file.boxes),
  scorecard: () => import("./scorecard").then((file) => file.scorecard),
};

const loaded = new Map<string, Kind>([["pairwise", pairwise]]);

/** Loads a kind's screen and words, once. Rejects when the server cannot be reached, or asks for a kind that these pages do not know. */
export async function loadKind(name: string): Promise<Kind> {
  const known = loaded.get(name);
  if (known) return known;
  const load = LATE[name];
  if (!load) throw new ApiError(0, "unknown_kind", `These pages have no screen for questions of kind ${name}.`, "Reload the page; the server may be newer than it.");
  const [kind] = await Promise.all([load(), kindWords()]);
  loaded.set(name, kind);
  return kind;
}

interface Found {
  kind: Kind | null;
  problem: Error | null;
  again: () => void;
}

/** The kind of the item in view; those of the items behind it are loaded meanwhile. */
export function useKind(name: string | undefined, behind: readonly string[]): Found {
  const [, setTries] = useState(0);
  const [problem, setProblem] = useState<Error | null>(null);
  const [attempt, setAttempt] = useState(0);
  const later = [...new Set(behind)].join(" ");
  useEffect(() => {
    let left = false;
    setProblem(null);
    if (name !== undefined && !loaded.has(name)) {
      loadKind(name).then(
        () => !left && setTries((tries) => tries + 1),
        (error: Error) => !left && setProblem(error),
      );
    }
    return () => {
      left = true;
    };
  }, [name, attempt]);
  useEffect(() => {
    later.split(" ").filter(Boolean).forEach((one) => void loadKind(one).catch(() => undefined));
  }, [later]);
  return { kind: (name !== undefined && loaded.get(name)) || null, problem, again: () => setAttempt((before) => before + 1) };
}
