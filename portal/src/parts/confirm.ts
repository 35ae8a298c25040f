import { html } from 'lit';
import { showModal } from './modal';

export interface Question {
  readonly title: string;
  readonly text: string;
  /** What the button that goes ahead says: what it does, never “OK”. */
  readonly action: string;
  readonly tone?: 'primary' | 'danger';
  /** What the button that changes nothing says. */
  readonly cancel?: string;
}

/** Asks before something that cannot be undone. `true` when the person goes ahead. */
export async function confirm(question: Question): Promise<boolean> {
  const { title, text, action, tone = 'primary', cancel = 'Cancel' } = question;
  const answer = await showModal('question', (dialog) => {
    const press = (event: SubmitEvent) => {
      event.preventDefault();
      dialog.close((event.submitter as HTMLButtonElement | null)?.value ?? '');
    };
    return html`
      <form method="dialog" @submit=${press}>
        <h2 id="question">${title}</h2>
        <p>${text}</p>
        <div class="actions">
          <button class="button ${tone}" value="yes">${action}</button>
          <button class="button quiet" value="">${cancel}</button>
        </div>
      </form>`;
  });
  return answer === 'yes';
}
