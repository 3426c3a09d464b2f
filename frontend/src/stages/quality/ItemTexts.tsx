import { Button, Group, SimpleGrid, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { project } from "../../api/http";
import { read } from "../../api/queries";
import type { ItemPolicies, ItemView } from "../../api/work";
import { ErrorPanel } from "../../ui/ErrorPanel";
import { Markdown } from "../../ui/Markdown";
import { useKey } from "../../ui/useKey";

const ItemPicture = lazy(() => import("../labeling/Picture"));

/** Prompt, picture and completions in the item's own order; who wrote them only where one may know and asks. */
export function ItemTexts({ projectId, item, mayReveal }: { projectId: string; item: ItemView; mayReveal: boolean }) {
  const { t } = useTranslation();
  const [asked, setAsked] = useState(false);
  const policies = useQuery({ ...read<ItemPolicies>(projectId, `/items/${item.id}/policies`), enabled: asked });
  const canAsk = mayReveal && item.completions.length > 0;
  const turn = () => setAsked((before) => !before);
  useKey("r", turn, { enabled: canAsk });
  const named = asked ? policies.data?.policies : undefined;
  return (
    <Stack gap="sm">
      <div className="lw-panel" style={{ padding: 12 }}>
        <Stack gap={6}>{item.prompt.map((message, at) => <div key={at}>{item.prompt.length > 1 && <Text size="xs" fw={600} c="dimmed">{message.role}</Text>}<Markdown text={message.content ?? ""} /></div>)}</Stack>
      </div>
      {item.image && <Suspense><ItemPicture image={{ ...item.image, url: project(projectId, `/images/${item.image.digest}`) }} /></Suspense>}
      {item.completions.length === 0 && !item.image && <Text size="sm" c="dimmed">{t("items.noCompletions")}</Text>}
      <SimpleGrid cols={{ base: 1, sm: Math.min(2, Math.max(1, item.completions.length)) }} spacing="sm">
        {item.completions.map((text, at) => (
          <article key={at} className="lw-panel" style={{ padding: 12 }} aria-label={t("items.completion", { n: at + 1 })}>
            <Text size="xs" c="dimmed">{[t("items.completion", { n: at + 1 }), named?.[at]].filter(Boolean).join(" \u00b7 ")}</Text>
            <Markdown text={text} />
          </article>
        ))}
      </SimpleGrid>
      {canAsk && (
        <Group gap="sm">
          <Button variant="default" size="compact-sm" onClick={turn} loading={asked && policies.isLoading}>{asked ? t("items.hide") : t("items.reveal")}</Button>
          {!asked && <Text size="xs" c="dimmed">{t("items.blind")}</Text>}
        </Group>
      )}
      {asked && policies.error && <ErrorPanel error={policies.error} onRetry={() => void policies.refetch()} />}
    </Stack>
  );
}
