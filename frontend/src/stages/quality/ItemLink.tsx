import { TextLink } from "../../ui/links";

/** An item by the end of its prompt; in a list, a row that j and k stop at. */
export function ItemLink({ projectId, id, title }: { projectId: string; id: string; title: string }) {
  return <TextLink data-row size="sm" lineClamp={1} to="/p/$project/items/$item" params={{ project: projectId, item: id }}>{title || id}</TextLink>;
}
