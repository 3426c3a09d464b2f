import { Alert, Button, Code, Container, Loader, Stack, Text, TextInput, Title } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { asApiError } from "../../api/errors";
import { call } from "../../api/http";

const COMMAND = "loopwright user link";

const tokenIn = (text: string) => {
  const found = /[?&]token=([^&\s]+)/.exec(text);
  return found?.[1] ? decodeURIComponent(found[1]) : text.trim();
};

/** The link's token is posted, never spent by a mere look at the address (mail scanners follow links). */
export function SignIn() {
  const { t } = useTranslation();
  useDocumentTitle(`${t("signin.title")} \u00b7 Loopwright`);
  const { token, next } = useSearch({ from: "/signin" });
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [typed, setTyped] = useState("");
  const tried = useRef<string | null>(null);
  const signIn = useMutation({
    mutationFn: (secret: string) => call("POST", "/api/signin", { json: { token: secret } }),
    onSuccess: async () => {
      await queries.invalidateQueries();
      await navigate({ to: next?.startsWith("/") && !next.startsWith("//") ? next : "/", replace: true });
    },
  });
  const { mutate } = signIn;
  useEffect(() => {
    if (!token || tried.current === token) return;
    tried.current = token;
    mutate(token);
  }, [token, mutate]);
  return (
    <Container component="main" size={460} py={80}>
      <Stack className="lw-panel" p="xl">
        <Stack gap={6}>
          <img src="/favicon.svg" width={32} height={32} alt="" />
          <Title order={1}>{t("signin.title")}</Title>
        </Stack>
        {signIn.isPending && <Stack align="center" role="status"><Loader size="sm" /><Text>{t("signin.working")}</Text></Stack>}
        {signIn.error && (
          <Alert color="red" role="alert" title={<Text span inherit c="var(--mantine-color-error)">{t("signin.usedTitle")}</Text>}>
            <Stack gap="xs">
              <Text size="sm">{asApiError(signIn.error).message}</Text>
              <Text size="sm">{asApiError(signIn.error).remedy || t("signin.usedText")}</Text>
              <Code block>{COMMAND}</Code>
            </Stack>
          </Alert>
        )}
        {!signIn.isPending && !signIn.error && (
          <Stack gap="xs">
            <Text size="sm" c="dimmed">{t("signin.needLinkText")}</Text>
            <Code block>{COMMAND}</Code>
          </Stack>
        )}
        {!signIn.isPending && (
          <form
            onSubmit={(event) => {
              event.preventDefault();
              if (typed.trim()) mutate(tokenIn(typed));
            }}
          >
            <Stack gap="xs">
              <TextInput label={t("signin.paste")} value={typed} onChange={(event) => setTyped(event.currentTarget.value)} autoComplete="off" />
              <Button type="submit" disabled={!typed.trim()}>{t("signin.submit")}</Button>
            </Stack>
          </form>
        )}
      </Stack>
    </Container>
  );
}
