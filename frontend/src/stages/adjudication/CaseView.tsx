import { Button, Group, Skeleton, Stack, Text } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { CaseDetail } from "../../api/cases";
import { asApiError } from "../../api/errors";
import { useKeySheet } from "../../app/keys";
import { Confirm } from "../../ui/Confirm";
import { CopyId } from "../../ui/CopyId";
import { ErrorPanel } from "../../ui/ErrorPanel";
import { Key } from "../../ui/Key";
import { Loaded } from "../../ui/Loaded";
import { ButtonLink } from "../../ui/links";
import { Section } from "../../ui/Page";
import { useKey } from "../../ui/useKey";
import { ItemShown } from "../labeling/AnswerField";
import { Blind } from "./Blind";
import { Decide } from "./Decide";
import { Due } from "./Due";
import { Others } from "./Others";
import { CaseBadges } from "./Queue";
import { TextDialog } from "./TextDialog";
import { type Acting, useCase } from "./useCase";

const Decided = lazy(() => import("./Decided"));
const History = lazy(() => import("./History"));

type Open = "ask" | "pass-on" | "release" | null;

/** What else can be done with a case that one holds. */
function Actions({ found, acting, onGone }: { found: CaseDetail; acting: Acting; onGone: () => void }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState<Open>(null);
  const blind = found.blind !== null;
  const senior = found.case.level === "senior";
  useKey("h", () => setOpen("ask"), { enabled: blind });
  useKey("u", () => setOpen("pass-on"), { enabled: senior });
  const close = () => {
    acting.reset();
    setOpen(null);
  };
  const release = async () => {
    await acting.mutateAsync({ what: "release" });
    onGone();
  };
  const send = (what: "ask" | "pass-on", json: object) => acting.mutate({ what, json }, { onSuccess: onGone });
  return (
    <Group gap="xs">
      {blind && <Button size="xs" variant="default" onClick={() => setOpen("ask")} rightSection={<Key>H</Key>}>{t("adjudication.handBack")}</Button>}
      {senior && <Button size="xs" variant="default" onClick={() => setOpen("pass-on")} rightSection={<Key>U</Key>}>{t("adjudication.passOn")}</Button>}
      <Button size="xs" variant="default" onClick={() => (blind ? void release() : setOpen("release"))}>{t("adjudication.release")}</Button>
      {open === "ask" && <TextDialog title={t("adjudication.handBack")} text={t("adjudication.handBackText")} label={t("adjudication.text")} action={t("adjudication.handBackSend")} busy={acting.isPending} error={acting.error} onClose={close} onSend={(question) => send("ask", { question })} />}
      {open === "pass-on" && <TextDialog title={t("adjudication.passOn")} text={t("adjudication.passOnText")} label={t("adjudication.note")} action={t("adjudication.passOnSend")} busy={acting.isPending} error={acting.error} onClose={close} onSend={(note) => send("pass-on", { note })} />}
      {open === "release" && <Confirm title={t("adjudication.release")} text={t("adjudication.releaseBlind")} action={t("adjudication.release")} run={release} onClose={close} />}
    </Group>
  );
}

/** A refusal; where somebody else decided meanwhile, with what they decided. */
function Refused({ error }: { error: Error }) {
  const { t } = useTranslation();
  const { code, detail } = asApiError(error);
  const said = code === "already_decided" && detail ? t("adjudication.lost", { outcome: String(detail.outcome ?? t("adjudication.lostNone")), rationale: String(detail.rationale ?? "") }) : null;
  return (
    <Stack gap={4}>
      <ErrorPanel error={error} />
      {said && <Text size="sm" dir="auto">{said}</Text>}
      <Text size="sm" c="dimmed">{t("adjudication.kept")}</Text>
    </Stack>
  );
}

function Body({ projectId, found, acting }: { projectId: string; found: CaseDetail; acting: Acting }) {
  const { t } = useTranslation();
  const { case: one, opened } = found;
  const deciding = one.mine && opened !== null;
  if (one.mine && opened === null) return <Blind found={found} acting={acting} />;
  return (
    <>
      {!deciding && (
        <Section title={found.shown.question.text}>
          {one.state === "asked" && one.answers_until !== null && <Text size="sm">{t("adjudication.waits.asked", { time: "" })} <Due at={one.answers_until} /></Text>}
          {one.state === "claimed" && <Text size="sm">{t("adjudication.waits.claimed")}</Text>}
          {one.state === "withdrawn" && <Text size="sm">{t("adjudication.waits.withdrawn")}</Text>}
          <ItemShown assignment={found.shown} />
        </Section>
      )}
      {opened?.decision && <Suspense fallback={<Skeleton height={120} />}><Decided projectId={projectId} found={found} decision={opened.decision} studyId={opened.study_id} acting={acting} /></Suspense>}
      {opened && <Others found={found} opened={opened} />}
      {deciding && <Decide projectId={projectId} found={found} acting={acting} />}
      {opened && <Suspense><History events={opened.events} /></Suspense>}
    </>
  );
}

/** One case: blind first, then the votes and the decision. */
export function CaseView({ projectId, caseId }: { projectId: string; caseId: string }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { query, acting } = useCase(projectId, caseId);
  const back = () => void navigate({ to: "/p/$project/quality/$tab", params: { project: projectId, tab: "desk" }, search: {} });
  useKey("escape", back);
  useKeySheet(useMemo(() => {
    const lines = [["Enter", "enter"], ["Ctrl Enter", "decide"], ["R", "why"], ["H", "ask"], ["U", "pass"], ["Esc", "back"]] as const;
    return lines.map(([key, what]) => ({ keys: [key], what: t(`adjudication.keys.${what}`) }));
  }, [t]));
  return (
    <Stack gap="md">
      <Loaded query={query} rows={6}>
        {(found) => (
          <>
            <Group justify="space-between" gap="sm">
              <Group gap="sm">
                <ButtonLink variant="subtle" size="xs" to="/p/$project/quality/$tab" params={{ project: projectId, tab: "desk" }}>{t("adjudication.back")}</ButtonLink>
                <CaseBadges one={found.case} />
                {found.case.closed_at === null && <Due at={found.case.deadline} />}
                <CopyId id={found.case.id} />
              </Group>
              {found.case.mine && <Actions found={found} acting={acting} onGone={back} />}
            </Group>
            {acting.error && <Refused error={acting.error} />}
            <Body projectId={projectId} found={found} acting={acting} />
          </>
        )}
      </Loaded>
    </Stack>
  );
}
