import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect } from "vitest";
import type { Question } from "../api/answers";
import type { Assignment } from "../api/types";
import { TinyServer } from "./server";
import { show } from "./show";
import { Desk } from "../stages/labeling/LabelPage";

let opened = 0;

/** Opens the label page on items of one question, answered by a server that keeps what it is sent. */
export async function judging(question: Partial<Question> & { kind: string }, having: Partial<Assignment> = {}) {
  const project = `kinds-${question.kind}-${++opened}`;
  const server = new TinyServer(3, { text: "Judge this.", ...question }, having).start(project);
  const user = userEvent.setup();
  show(<Desk projectId={project} person="per_1" />);
  await screen.findByText("Prompt 1");
  await screen.findByRole("button", { name: /Send/ });
  const send = () => screen.getByRole("button", { name: /Send/ });
  const sent = async () => {
    await waitFor(() => expect(server.posted.filter((one) => one.path.endsWith("/judgments"))).toHaveLength(1));
    return server.posted.find((one) => one.path.endsWith("/judgments"))!.body;
  };
  return { user, send, sent, server };
}
