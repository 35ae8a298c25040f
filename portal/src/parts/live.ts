/** Says a change to people who use a screen reader, after what it reads at the moment. */
export function announce(text: string): void {
  const region =
    document.getElementById('live') ??
    document.body.appendChild(Object.assign(document.createElement('p'), { id: 'live', className: 'unseen' }));
  region.setAttribute('aria-live', 'polite');
  region.textContent = '';
  // The same sentence twice in a row is read twice only when the region was empty in between.
  setTimeout(() => {
    region.textContent = text;
  }, 100);
}
