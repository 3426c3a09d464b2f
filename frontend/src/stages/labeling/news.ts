import { useLocalStorage } from "@mantine/hooks";

/** Two guideline versions of which somebody has worked under the first only. */
export interface News {
  since: number;
  number: number;
  read: boolean;
}

/** What is new after `last`, the newest version somebody worked under, now that `number` is in force. */
export function newsAfter(known: News | null, last: number | null, number: number | null): News | null {
  if (number === null || last === null || last >= number || (known && known.number >= number)) return known;
  // Changes that were not read yet stay in what is shown.
  return { since: known && !known.read ? Math.min(known.since, last) : last, number, read: false };
}

/** The change of guideline to show, kept until it was read and reopenable after that. */
export function useNews(key: string, last: number | null, number: number | null) {
  const [known, setKnown] = useLocalStorage<News | null>({ key: `loopwright-guideline-${key}`, defaultValue: null, getInitialValueInEffect: false });
  const news = newsAfter(known, last, number);
  return {
    news: news?.number === number ? news : null,
    /** Remembered before the first answer under the new version moves `last` on. */
    remember: () => news !== known && setKnown(news),
    read: () => news && setKnown({ ...news, read: true }),
  };
}
