import { Anchor, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { project } from "../../api/http";
import { read } from "../../api/queries";
import { Loaded } from "../../ui/Loaded";

const SHOWN = 20;

/** The rows and answers that an import left out: the first with their reasons, all of them to take along. */
export function Rejects({ projectId, importId }: { projectId: string; importId: string }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const path = `/imports/${importId}/rejects`;
  const query = useQuery({ ...read<string>(projectId, path), enabled: open, staleTime: Infinity });
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary><Text span size="xs">{t("data.rejects")}</Text></summary>
      {open && (
        <Loaded query={query}>
          {(text) => {
            const lines = text.split("\n").filter(Boolean);
            return (
              <Stack gap={2} mt={4}>
                {lines.slice(0, SHOWN).map((line, at) => {
                  const told = JSON.parse(line) as { place: string; reason: string };
                  return <Text key={at} size="xs" style={{ overflowWrap: "anywhere" }}><Text span inherit fw={600}>{told.place}:</Text> {told.reason}</Text>;
                })}
                <Anchor size="xs" href={project(projectId, path)} download>{t("importFrom.allRejects", { count: lines.length })}</Anchor>
              </Stack>
            );
          }}
        </Loaded>
      )}
    </details>
  );
}
