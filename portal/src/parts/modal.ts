import { render, type TemplateResult } from 'lit';

/** Shows a dialog over the page until it is closed, and gives the value that it was closed with, or nothing. */
export function showModal(titleId: string, content: (dialog: HTMLDialogElement) => TemplateResult): Promise<string> {
  const dialog = document.createElement('dialog');
  dialog.className = 'modal';
  dialog.setAttribute('aria-labelledby', titleId);
  render(content(dialog), dialog);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) =>
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(dialog.returnValue);
    }),
  );
}
