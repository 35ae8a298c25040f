import { html, render } from 'lit';

export interface Question {
  readonly title: string;
  readonly text: string;
  /** What the button that goes ahead says: the deed, never “OK”. */
  readonly action: string;
  readonly tone?: 'primary' | 'danger';
  /** What the button that changes nothing says. */
  readonly cancel?: string;
}

/** Asks before something that cannot be taken back. `true` when the person goes ahead. */
export function confirm({ title, text, action, tone = 'primary', cancel = 'Cancel' }: Question): Promise<boolean> {
  const dialog = document.createElement('dialog');
  dialog.className = 'modal';
  dialog.setAttribute('aria-labelledby', 'question');
  render(
    html`
    <form method="dialog" @submit=${(event: SubmitEvent) => {
      event.preventDefault();
      dialog.close((event.submitter as HTMLButtonElement | null)?.value ?? '');
    }}>
      <h2 id="question">${title}</h2>
      <p>${text}</p>
      <div class="actions">
        <button class="button ${tone}" value="yes">${action}</button>
        <button class="button quiet" value="">${cancel}</button>
      </div>
    </form>`,
    dialog,
  );
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) =>
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(dialog.returnValue === 'yes');
    }),
  );
}
