import { Skeleton, Stack } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { ErrorPanel } from "./ErrorPanel";

/** A query as it stands: loading, refused, or its answer. A failed refresh keeps the last answer in view. */
export function Loaded<T>({ query, children, rows = 3 }: { query: UseQueryResult<T, Error>; children: (answer: T) => ReactNode; rows?: number }) {
  const { t } = useTranslation();
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.error) return <ErrorPanel error={query.error} onRetry={() => void query.refetch()} />;
  return (
    <Stack gap="xs" role="status" aria-label={t("loading")}>
      {Array.from({ length: rows }, (_, row) => <Skeleton key={row} height={22} />)}
    </Stack>
  );
}
