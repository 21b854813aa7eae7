// The first visit: three lines that say what to do. Each button fills the composer.

const STEPS: [text: string, label: string, draft: string][] = [
  ["See what happened on your companies. The bot first asks you to link SuperOffice, which is one click.", "Today", "/superoffice today"],
  ["Get the same every working day, as a direct message.", "Digest at 08:00", "/superoffice digest at 08:00 weekdays"],
  ["Then press Tomorrow 08:00 in the panel, and read tomorrow’s digest now.", "Help", "/superoffice help"],
];

type Props = { isBrief: boolean; fill: (draft: string) => void; dismiss: () => void };

/** In full while nothing stands in the conversation; then only the buttons. */
export function Welcome({ isBrief, fill, dismiss }: Props) {
  if (isBrief) {
    return (
      <section className="welcome brief" aria-label="What to try">
        <span className="detail">Try</span>
        {STEPS.map(([, label, draft]) => (
          <button type="button" className="button tiny" key={draft} onClick={() => fill(draft)}>
            {label}
          </button>
        ))}
        <button type="button" className="icon" aria-label="Hide this" onClick={dismiss}>
          ×
        </button>
      </section>
    );
  }
  return (
    <section className="welcome" aria-label="How to begin">
      <h2>A small Slack, a SuperOffice, and the real bot between them</h2>
      <ol>
        {STEPS.map(([text, label, draft]) => (
          <li key={draft}>
            <span>{text}</span>
            <button type="button" className="button" onClick={() => fill(draft)}>
              {label}
            </button>
          </li>
        ))}
      </ol>
      <p className="detail">
        Everybody and everything here is made up, and nothing leaves this machine.{" "}
        <button type="button" className="plain-link" onClick={dismiss}>
          Hide this
        </button>
      </p>
    </section>
  );
}
