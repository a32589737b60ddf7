/** One calm theme; every colour pair is held to WCAG AA by the browser tests. */

import { createTheme, type MantineColorsTuple } from '@mantine/core';

const petrol: MantineColorsTuple = [
  '#e6f3f4',
  '#cfe6e8',
  '#a3cfd3',
  '#74b7bd',
  '#4aa1a9',
  '#2b8b94',
  '#13767f',
  '#0b646c',
  '#095158',
  '#063d43',
];

/** Mantine's dark greys, drawn to the slate of `theme.css`. */
const dark: MantineColorsTuple = [
  '#e6edf0',
  '#cfdae0',
  '#aebcc4',
  '#8496a0',
  '#3f4c54',
  '#333e45',
  '#232b30',
  '#1c2327',
  '#171d21',
  '#14191c',
];

export const theme = createTheme({
  primaryColor: 'petrol',
  primaryShade: { light: 7, dark: 7 },
  colors: { petrol, dark },
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", Arial, sans-serif',
  headings: { fontWeight: '650' },
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Button: { defaultProps: { size: 'sm' } },
    Tabs: { defaultProps: { keepMounted: false } },
  },
});
