import { adjudication } from "./adjudication";
import { agreement } from "./agreement";
import { coaching } from "./coaching";
import { discussion } from "./discussion";
import { feedback, importFrom } from "./feedback";
import { gold } from "./gold";
import { items } from "./items";
import { mine } from "./mine";
import { project } from "./project";
import { quality } from "./quality";
import { saved } from "./saved";
import { sessions } from "./sessions";
import { webhooks } from "./webhooks";
import { work } from "./work";

export const pages = {
  ...project,
  ...work,
  ...mine,
  adjudication,
  agreement,
  coaching,
  discussion,
  feedback,
  gold,
  importFrom,
  items,
  quality,
  saved,
  sessions,
  webhooks,
};
