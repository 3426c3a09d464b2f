import { Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { read } from "../../api/queries";
import type { DisagreementView, Finding } from "../../api/work";
import { CopyId } from "../../ui/CopyId";
import { EstimateText } from "../../ui/Estimate";
import { integer, percent, shortId } from "../../ui/format";
import { Loaded } from "../../ui/Loaded";
import { TextLink } from "../../ui/links";
import { More } from "../../ui/More";
import { StatusBadge } from "../../ui/Status";
import { useRowKeys } from "../../ui/useRowKeys";
import { nameOf } from "./aspects";

const FIRST = 4;

/** Other causes that the votes speak for: votes rarely have one reason. */
function Also({ finding }: { finding: Finding }) {
  const { t } = useTranslation();
  const others = [...new Set(finding.evidence.filter((one) => one.cause !== finding.cause).map((one) => `${t(`agreement.causes.${one.cause}`)} (${t("agreement.explains", { share: percent(one.explains) })})`))];
  if (others.length === 0) return null;
  return <Text size="xs" c="dimmed">{t("agreement.also", { causes: others.join(", ") })}</Text>;
}

function FindingCard({ projectId, finding }: { projectId: string; finding: Finding }) {
  const { t } = useTranslation();
  const raters = [...new Set(finding.evidence.filter((one) => one.cause === finding.cause).flatMap((one) => one.raters))];
  return (
    <Stack gap={6} component="article" className="lw-panel" p="sm" aria-label={nameOf(finding)}>
      <Group gap="sm" justify="space-between">
        <Group gap="sm">
          <Text fw={600}>{nameOf(finding)}</Text>
          {finding.disagreement.value === 0 ? <StatusBadge kind="passed">{t("agreement.agree")}</StatusBadge> : <StatusBadge kind={finding.cause === "unknown" ? "unknown" : "held"}>{t(`agreement.causes.${finding.cause}`)}</StatusBadge>}
        </Group>
        <Text size="sm" c="dimmed" component="div">
          <EstimateText estimate={finding.disagreement} kind="percent" compact /> {`${t("agreement.differ")}, ${t("agreement.judged", { count: finding.judged })}`}
        </Text>
      </Group>
      <Text size="sm">{finding.sentence}</Text>
      <Text size="sm"><Text span inherit fw={600}>{`${t("agreement.remedy")}: `}</Text>{finding.remedy}</Text>
      <Also finding={finding} />
      {raters.length > 0 && <Group gap={8}><Text size="xs" c="dimmed">{t("agreement.aboutRaters")}</Text>{raters.map((one) => <CopyId key={one} id={one} />)}</Group>}
      {finding.items.length > 0 && (
        <Group gap={8} component="nav" aria-label={`${t("agreement.contested")}: ${nameOf(finding)}`}>
          <Text size="xs" c="dimmed">{t("agreement.contested")}</Text>
          {finding.items.map((id) => <TextLink key={id} data-row size="xs" ff="monospace" to="/p/$project/items/$item" params={{ project: projectId, item: id }}>{shortId(id)}</TextLink>)}
        </Group>
      )}
    </Stack>
  );
}

/** Criteria in the order in which to repair them, each with its likely cause and what would help. */
export function Repair({ projectId }: { projectId: string }) {
  const { t } = useTranslation();
  const root = useRef<HTMLDivElement>(null);
  useRowKeys(root);
  const query = useQuery(read<DisagreementView>(projectId, "/disagreement"));
  return (
    <Loaded query={query}>
      {({ findings }) => {
        const card = (one: Finding) => <FindingCard key={`${one.question_id} ${one.aspect}`} projectId={projectId} finding={one} />;
        if (findings.length === 0) return <Text size="sm" c="dimmed">{t("agreement.nothing")}</Text>;
        const rest = findings.slice(FIRST);
        return (
          <Stack gap="sm" ref={root}>
            {findings.slice(0, FIRST).map(card)}
            {rest.length > 0 && <More title={t("agreement.rest", { count: rest.length, n: integer(rest.length) })}>{() => <Stack gap="sm">{rest.map(card)}</Stack>}</More>}
          </Stack>
        );
      }}
    </Loaded>
  );
}
