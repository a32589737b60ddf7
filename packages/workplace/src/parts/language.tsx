/** Dutch or English, at once, also before signing in. */

import { SegmentedControl } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { language, speak } from '../i18n/index.ts';

export function LanguageSwitch() {
  const { t } = useTranslation();
  return (
    <SegmentedControl
      size="xs"
      aria-label={t('settings.language')}
      value={language()}
      onChange={(next) => void speak(next === 'en' ? 'en' : 'nl')}
      data={[
        { value: 'nl', label: 'Nederlands' },
        { value: 'en', label: 'English' },
      ]}
    />
  );
}
