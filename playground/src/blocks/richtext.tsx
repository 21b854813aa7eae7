// rich_text by the renderer, with our own mentions, links and dates; and its elements in a table's cell.
import { Message } from "slack-blocks-to-jsx";
import { nameOf, useScenery } from "../context";
import { dateToken } from "../dates";
import type { Block } from "../types";
import { Anchor, Mention } from "./text";

/** Any block that the renderer draws as Slack does. */
export function Drawn({ block }: { block: Block }) {
  const scenery = useScenery();
  const hooks = {
    user: ({ id }: { id: string }) => <Mention>@{nameOf(scenery, id)}</Mention>,
    channel: ({ id }: { id: string }) => <Mention>#{nameOf(scenery, id)}</Mention>,
    date: ({ timestamp, format }: { timestamp: string | number; format: string }) => (
      <>{dateToken(format, Number(timestamp), new Date(scenery.now), scenery.me.tz)}</>
    ),
    link: ({ href, children, className }: { href: string; children: React.ReactNode; className: string }) => (
      <Anchor href={href} className={className}>
        {children}
      </Anchor>
    ),
  };
  const users = scenery.members.map(({ id, name }) => ({ id, name }));
  const channels = scenery.places.map(({ id, name }) => ({ id, name }));
  return (
    <Message
      blocks={[block] as any}
      logo=""
      name=""
      theme={scenery.theme}
      withoutWrapper
      data={{ users, channels, user_groups: [] }}
      hooks={hooks as any}
    />
  );
}
