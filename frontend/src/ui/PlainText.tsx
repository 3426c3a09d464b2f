import { Button } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { integer } from "./format";
import { hiddenIn } from "./hidden";

/** What one browser lays out at once without a pause. */
const STEP = 60_000;

/** A text with nothing read into it, its hidden characters shown by name. */
export function Shown({ text }: { text: string }) {
  const pieces = hiddenIn(text);
  if (!pieces) return text;
  return pieces.map((piece, index) => (typeof piece === "string" ? piece : <span key={index} className="lw-hidden">{piece.name}</span>));
}

/** A text as it was written. A very long one comes in parts, the next on request. */
export function PlainText({ text }: { text: string }) {
  const { t } = useTranslation();
  const [shown, setShown] = useState(STEP);
  const left = text.length - shown;
  return (
    <div className="lw-plain">
      <Shown text={left > 0 ? text.slice(0, shown) : text} />
      {left > 0 && (
        <div className="lw-more">
          <Button variant="default" size="compact-sm" onClick={(event) => { event.stopPropagation(); setShown(shown + STEP); }}>
            {t("text.more", { count: Math.min(STEP, left), left: integer(left) })}
          </Button>
        </div>
      )}
    </div>
  );
}
