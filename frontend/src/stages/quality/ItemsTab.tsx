import { Button, Group, SegmentedControl, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Section } from "../../ui/Page";
import { ConsensusList, consensusQuery } from "./ConsensusList";

const ROWS = 50;
const ORDERS = ["updated", "unsure"] as const;

/** Every judged item with its answer, the latest or the least certain first. */
export default function ItemsTab() {
  const { t } = useTranslation();
  const { project } = useParams({ from: "/p/$project" });
  const [order, setOrder] = useState<(typeof ORDERS)[number]>("updated");
  const [page, setPage] = useState(0);
  const shown = { order, limit: ROWS, offset: page * ROWS };
  const found = useQuery(consensusQuery(project, shown)).data?.length ?? 0;
  const choose = (value: string) => {
    setOrder(ORDERS.find((one) => one === value) ?? "updated");
    setPage(0);
  };
  return (
    <Section
      title={t("items.list")}
      aside={<SegmentedControl size="xs" aria-label={t("items.order")} value={order} onChange={choose} data={ORDERS.map((value) => ({ value, label: t(`items.orders.${value}`) }))} />}
    >
      <ConsensusList projectId={project} {...shown} />
      {(page > 0 || found === ROWS) && <Group gap="xs" justify="flex-end">
        <Text size="xs" c="dimmed" className="lw-number">{t("items.range", { from: shown.offset + 1, to: shown.offset + found })}</Text>
        <Button variant="default" size="compact-sm" disabled={page === 0} onClick={() => setPage(page - 1)}>{t("items.earlier")}</Button>
        <Button variant="default" size="compact-sm" disabled={found < ROWS} onClick={() => setPage(page + 1)}>{t("items.later")}</Button>
      </Group>}
    </Section>
  );
}
