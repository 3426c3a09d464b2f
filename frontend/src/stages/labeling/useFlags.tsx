import { UnstyledButton } from "@mantine/core";
import { lazy, Suspense, useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { RaisedFlag } from "../../api/answers";
import type { Assignment } from "../../api/types";
import { kindWords } from "../../app/i18n";
import { Key } from "../../ui/Key";
import { selectedSpan, type Span, trimmed } from "../../ui/located";
import { Opening } from "../../ui/Opening";
import { useKey } from "../../ui/useKey";
import { marksOf, policiesOf, sameFlag, textOf } from "./flagging";
import styles from "./label.module.css";

const late = <Part,>(part: Promise<Part>) => Promise.all([part, kindWords()]).then(([loaded]) => loaded);
const loadForm = () => late(import("./FlagForm"));
const FlagForm = lazy(loadForm);
const FlagChips = lazy(() => late(import("./FlagChips")));

interface Flags {
  assignment: Assignment;
  flags: readonly RaisedFlag[];
  onFlags: (flags: RaisedFlag[]) => void;
}

/** Raising flags on the item in view, where its guideline knows any: by F, with the words that are selected. */
export function useFlags({ assignment, flags, onFlags }: Flags) {
  const { t } = useTranslation();
  const [open, setOpen] = useState<{ span: Span | null } | null>(null);
  const may = policiesOf(assignment).length > 0;
  const begin = () => {
    const span = selectedSpan();
    setOpen({ span: span && trimmed(span, textOf(assignment, span.side)) });
  };
  useKey("f", begin, { enabled: may });
  // F must open the form at once, and without a server too.
  useEffect(() => {
    if (may) void loadForm().catch(() => undefined);
  }, [may]);
  const marks = useMemo(() => (may ? marksOf(assignment, flags) : null), [may, assignment, flags]);
  if (!may) return { marks, button: null, chips: null, form: null };
  const raise = (flag: RaisedFlag) => {
    onFlags([...flags.filter((one) => !sameFlag(one, flag)), flag]);
    setOpen(null);
  };
  return {
    marks,
    // The selection must outlive the press on the button.
    button: <UnstyledButton className={styles.toggle} onMouseDown={(event) => event.preventDefault()} onClick={begin}>{t("label.flag")} <Key>F</Key></UnstyledButton>,
    chips: flags.length > 0 && <Suspense><FlagChips assignment={assignment} flags={flags} onRemove={(flag) => onFlags(flags.filter((one) => one !== flag))} /></Suspense>,
    form: open && <Suspense fallback={<Opening />}><FlagForm assignment={assignment} span={open.span} onRaise={raise} onClose={() => setOpen(null)} /></Suspense>,
  };
}
