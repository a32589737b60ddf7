/**
 * Printing what is on the screen: the line first (R38). Without it the page prints empty, whichever way somebody prints
 * (theme.css: nothing is on paper while `data-print` is not set).
 */

/** Throws what `declared` throws, and then nothing is printed. */
export async function printDeclared(declared: () => Promise<void>): Promise<void> {
  await declared();
  const page = document.documentElement;
  page.dataset.print = '';
  try {
    window.print();
  } finally {
    delete page.dataset.print;
  }
}
