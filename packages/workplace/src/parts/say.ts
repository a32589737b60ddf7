/** A short word that something is done; it goes by itself. */

import { notifications } from '@mantine/notifications';
import { useTranslation } from 'react-i18next';

export function useSay(): (message: string) => void {
  const { t } = useTranslation();
  return (message) => notifications.show({ message, closeButtonProps: { 'aria-label': t('common.close') } });
}
