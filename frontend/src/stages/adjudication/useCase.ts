import { useLocalStorage } from "@mantine/hooks";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type CaseDetail, casePath } from "../../api/cases";
import { call, project } from "../../api/http";
import { read } from "../../api/queries";
import type { Partly } from "../labeling/drafts";

/** What is typed for a case before it is sent; kept in the browser, so that a refusal loses nothing. */
export interface Draft {
  blind: Partly;
  answer: Partly | null;
  none: boolean;
  rationale: string;
  lesson: string;
  criteria: string[];
  gold: boolean;
}

const EMPTY: Draft = { blind: {}, answer: null, none: false, rationale: "", lesson: "", criteria: [], gold: false };

export function useCaseDraft(caseId: string) {
  const [draft, setDraft, forget] = useLocalStorage<Draft>({ key: `loopwright-case-${caseId}`, defaultValue: EMPTY, getInitialValueInEffect: false });
  return { draft, put: (part: Partial<Draft>) => setDraft((before) => ({ ...before, ...part })), forget };
}

/** A case, and everything that can be done with it; each answer is the case as it is then. */
export function useCase(projectId: string, caseId: string) {
  const queries = useQueryClient();
  const known = read<CaseDetail>(projectId, casePath(caseId));
  const query = useQuery(known);
  const acting = useMutation({
    mutationFn: ({ what, json }: { what: string; json?: object }) => call<CaseDetail>("POST", project(projectId, casePath(caseId, `/${what}`)), { json: json ?? {} }),
    onSuccess: (next) => {
      // What is on its way was asked for before this happened.
      void queries.cancelQueries({ queryKey: known.queryKey });
      queries.setQueryData(known.queryKey, next);
      window.scrollTo({ top: 0 });
      void queries.invalidateQueries({ queryKey: ["project", projectId], predicate: (one) => one.queryKey[2] !== known.queryKey[2] });
    },
    onError: () => queries.invalidateQueries({ queryKey: known.queryKey }),
  });
  return { query, acting };
}

export type Acting = ReturnType<typeof useCase>["acting"];
