import { Button } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { integer } from "./format";
import { hiddenIn } from "./hidden";
import { type Located, runsOf } from "./located";

/** What one browser lays out at once without a pause. */
const STEP = 60_000;

/** A text with nothing read into it, its hidden characters shown by name. */
export function Shown({ text }: { text: string }) {
  const pieces = hiddenIn(text);
  if (!pieces) return text;
  return pieces.map((piece, index) => (typeof piece === "string" ? piece : <span key={index} className="lw-hidden">{piece.name}</span>));
}

/** The same, each piece with its place in what was written, and marked where it is. */
function Placed({ text, located: { base, marks } }: { text: string; located: Located }) {
  return runsOf(text, base, marks).map(({ text: shown, at, to, name, title }) => {
    const inner = name ? <span className="lw-hidden">{name}</span> : shown;
    return title ? <mark key={at} className="lw-flagged" title={title} data-at={at} data-to={to}>{inner}</mark> : <span key={at} data-at={at} data-to={to}>{inner}</span>;
  });
}

/** A text as it was written. A very long one comes in parts, the next on request. */
export function PlainText({ text, located }: { text: string; located?: Located }) {
  const { t } = useTranslation();
  const [shown, setShown] = useState(STEP);
  const left = text.length - shown;
  const part = left > 0 ? text.slice(0, shown) : text;
  return (
    <div className="lw-plain">
      {located ? <Placed text={part} located={located} /> : <Shown text={part} />}
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
