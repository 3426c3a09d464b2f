import { Button, Menu, Text } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { call } from "../api/http";
import { meQuery } from "../api/queries";
import { sendStrays } from "../stages/labeling/outbox";

const initials = (name: string) => name.split(/\s+/).map((part) => part.charAt(0)).join("").slice(0, 2).toUpperCase();

export default function PersonMenu() {
  const { t } = useTranslation();
  const me = useQuery(meQuery());
  const queries = useQueryClient();
  const navigate = useNavigate();
  const person = me.data?.person_id;
  useEffect(() => {
    if (person) void sendStrays(person);
  }, [person]);
  if (!me.data) return null;
  const signOut = async (where: "signout" | "signout-everywhere") => {
    await call("POST", `/api/${where}`);
    queries.clear();
    await navigate({ to: "/signin" });
  };
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="subtle" color="gray" size="compact-md" c="var(--mantine-color-text)" aria-label={t("person.menu", { name: me.data.name })}>
          <Text span size="sm" maw={120} truncate visibleFrom="sm">{me.data.name}</Text>
          <Text span size="sm" hiddenFrom="sm">{initials(me.data.name)}</Text>
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => void signOut("signout")}>{t("person.signOut")}</Menu.Item>
        <Menu.Item onClick={() => void signOut("signout-everywhere")}>{t("person.signOutEverywhere")}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
