import { Container } from "@mantine/core";
import type { ErrorComponentProps } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Empty } from "../ui/Empty";
import { ErrorPanel } from "../ui/ErrorPanel";
import { ButtonLink } from "../ui/links";

export function NotFound() {
  const { t } = useTranslation();
  return (
    <Container size="sm" py="xl" component="main">
      <Empty title={t("notFound.title")} text={t("notFound.text")} action={<ButtonLink to="/" mt="sm">{t("notFound.back")}</ButtonLink>} />
    </Container>
  );
}

export function RouteError({ error, reset }: ErrorComponentProps) {
  return (
    <Container size="sm" py="xl" component="main">
      <ErrorPanel error={error} onRetry={reset} />
    </Container>
  );
}
