import type { Study } from "../../api/cases";
import { Dialog } from "../../ui/Dialog";
import { StudyBody } from "./StudyView";

/** A case study over the label page, whose keys rest meanwhile. */
export function StudyDialog({ projectId, study, onClose }: { projectId: string; study: Study; onClose: () => void }) {
  return <Dialog title={study.title} onClose={onClose} size="xl"><StudyBody projectId={projectId} studyId={study.id} /></Dialog>;
}
