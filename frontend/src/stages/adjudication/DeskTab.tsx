import { useParams, useSearch } from "@tanstack/react-router";
import { CaseView } from "./CaseView";
import { Queue } from "./Queue";

/** The desk: the cases that wait, or the one that was opened. */
export default function DeskTab() {
  const { project } = useParams({ from: "/p/$project/quality/$tab" });
  const { id } = useSearch({ from: "/p/$project/quality/$tab" });
  return id ? <CaseView key={id} projectId={project} caseId={id} /> : <Queue projectId={project} />;
}
