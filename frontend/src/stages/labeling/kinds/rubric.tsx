import { useTranslation } from "react-i18next";
import type { RubricAnswer } from "../../../api/answers";
import { Answers } from "../ItemView";
import { criteriaOf, levelsOf } from "./criteria";
import type { Kind, ScreenProps } from "./kind";
import styles from "./kinds.module.css";
import { Levels } from "./Levels";
import { useRows } from "./useRows";

const scoresOf = (answer: object) => (answer as Partial<RubricAnswer>).scores ?? {};

function Body({ assignment, answer, onAnswer }: ScreenProps) {
  const { t } = useTranslation();
  const criteria = criteriaOf(assignment);
  const scores = scoresOf(answer);
  const rows = criteria.map((criterion) => ({
    id: criterion.id,
    name: criterion.name,
    levels: levelsOf(criterion),
    value: scores[criterion.id] === undefined ? null : String(scores[criterion.id]),
    onChoose: (value: string) => onAnswer({ scores: { ...scores, [criterion.id]: Number(value) } }),
  }));
  const { at, setAt, box, onKeyDownCapture } = useRows(rows);
  return (
    <div className={styles.beside}>
      <Answers assignment={assignment} chosen={null} />
      <div ref={box} role="group" aria-label={t("kinds.criteria")} className={styles.rows} onKeyDownCapture={onKeyDownCapture}>
        {rows.map((row, index) => (
          <div key={row.id} className={styles.row} data-row={index} data-current={index === at || undefined} onFocus={() => setAt(index)}>
            <Levels row={row} description={criteria[index]?.description ?? ""} />
          </div>
        ))}
      </div>
    </div>
  );
}

export const rubric: Kind = {
  Body,
  keys: (_, t) => [
    { keys: ["1\u20137"], what: t("kinds.keys.level") },
    { keys: ["J", "K"], what: t("kinds.keys.criterion") },
    { keys: ["\u2190", "\u2192"], what: t("kinds.keys.along") },
  ],
  missing: (assignment, answer, t) => {
    const scores = scoresOf(answer);
    const open = criteriaOf(assignment).filter((criterion) => scores[criterion.id] === undefined);
    if (open.length === 0) return null;
    return t("kinds.missing.scores", { names: open.slice(0, 3).map((criterion) => criterion.name).join(", "), count: open.length });
  },
  answerOf: (_, answer) => ({ scores: scoresOf(answer) }),
};
