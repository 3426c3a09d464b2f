import { Alert, Button, Code, MultiSelect, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { call, project } from "../../api/http";
import { read } from "../../api/queries";
import type { WebhookMade, WebhooksView } from "../../api/work";
import { ErrorPanel } from "../../ui/ErrorPanel";
import { Loaded } from "../../ui/Loaded";
import { WebhookCard } from "./WebhookCard";

/** A secret that was just made; it is not shown again. */
export function Secret({ secret }: { secret: string }) {
  const { t } = useTranslation();
  return (
    <Alert color="green" role="status" title={t("webhooks.secretTitle")}>
      <Text size="sm" mb={6}>{t("webhooks.secretText")}</Text>
      <Code block className="lw-whole">{secret}</Code>
    </Alert>
  );
}

function AddWebhook({ projectId, families }: { projectId: string; families: WebhooksView["families"] }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [url, setUrl] = useState("");
  const [kinds, setKinds] = useState<string[]>([]);
  const add = useMutation({
    mutationFn: () => call<WebhookMade>("POST", project(projectId, "/webhooks"), { json: { url: url.trim(), kinds } }),
    onSuccess: () => {
      setUrl("");
      setKinds([]);
      return queries.invalidateQueries({ queryKey: ["project", projectId, "/webhooks"] });
    },
  });
  return (
    <Stack gap="xs">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          add.mutate();
        }}
      >
        <Stack gap="xs" align="flex-start">
          <TextInput w="100%" maw={560} label={t("webhooks.url")} description={t("webhooks.urlHint")} placeholder="https://example.com/hook" value={url} onChange={(event) => setUrl(event.currentTarget.value)} required />
          <MultiSelect
            w="100%"
            maw={560}
            label={t("webhooks.kinds")}
            description={t("webhooks.kindsHint")}
            data={families.map((family) => family.kind)}
            value={kinds}
            onChange={setKinds}
            renderOption={({ option }) => (
              <div>
                <Text size="sm">{option.value}</Text>
                <Text size="xs" c="dimmed">{families.find((family) => family.kind === option.value)?.text}</Text>
              </div>
            )}
          />
          <Button type="submit" loading={add.isPending} disabled={!url.trim()}>{t("webhooks.add")}</Button>
        </Stack>
      </form>
      {add.error && <ErrorPanel error={add.error} />}
      {add.data && <Secret secret={add.data.secret} />}
    </Stack>
  );
}

/** Who outside is told what happens here, and how each message fared. */
export function Webhooks({ projectId }: { projectId: string }) {
  const { t } = useTranslation();
  // Sending is no event of the project, so the live stream does not tell how messages fare.
  const query = useQuery({ ...read<WebhooksView>(projectId, "/webhooks"), refetchInterval: 4000 });
  return (
    <Stack>
      <Text size="sm" c="dimmed" maw={720}>{t("webhooks.text")}</Text>
      <Loaded query={query}>
        {(found) => (
          <>
            {found.webhooks.length === 0 && <Text size="sm">{t("webhooks.empty")}</Text>}
            {found.webhooks.map((one) => <WebhookCard key={one.id} projectId={projectId} webhook={one} />)}
            <AddWebhook projectId={projectId} families={found.families} />
          </>
        )}
      </Loaded>
    </Stack>
  );
}
