/** Substitutes and emergencies (docs/spec/substitutes.md). */

import * as wire from '@ketenkluis/protocol';
import { authenticate, openMessage } from '../auth.ts';
import { emergencies } from '../emergency.ts';
import { fresh } from '../fresh.ts';
import { askRegrants, regrant, regrants } from '../regrant.ts';
import { closeReview, reviews, tellPatient } from '../reviews.ts';
import { call, calls, substitute } from '../substitutes.ts';
import type { Vault } from '../vault.ts';
import { type Api, gate, KIB, PRACTICE } from './api.ts';

export function urgentRoutes(api: Api, vault: Vault): void {
  api.post(
    `${PRACTICE}/substitutes`,
    {
      ...gate('substitute', 64 * KIB, 'session'),
      schema: { body: wire.postSubstitute, response: { 200: wire.committed } },
    },
    async (request) =>
      substitute(vault, await openMessage(vault, request, 'substitute', request.body), request.body.body),
  );
  api.get(
    `${PRACTICE}/calls`,
    { ...gate('calls', 4 * KIB, 'session'), schema: { response: { 200: wire.calls } } },
    async (request) => calls(vault, await authenticate(vault, request)),
  );
  api.post(
    `${PRACTICE}/calls`,
    { ...gate('call', 256 * KIB, 'session'), schema: { body: wire.postCall, response: { 200: wire.committed } } },
    async (request) => call(vault, await openMessage(vault, request, 'call', request.body), request.body.body),
  );
  api.post(
    `${PRACTICE}/emergencies`,
    {
      ...gate('emergencies', 4 * KIB, 'session'),
      schema: { body: wire.askEmergency, response: { 200: wire.emergencyHandles } },
    },
    async (request) => emergencies(vault, await authenticate(vault, request), request.body),
  );
  api.get(
    `${PRACTICE}/regrants`,
    { ...gate('regrants', 4 * KIB, 'session'), schema: { response: { 200: wire.regrants } } },
    async (request) => regrants(vault, await authenticate(vault, request)),
  );
  api.get(
    `${PRACTICE}/fresh`,
    { ...gate('fresh', 4 * KIB, 'session'), schema: { response: { 200: wire.fresh } } },
    async (request) => fresh(vault, await authenticate(vault, request)),
  );
  api.post(
    `${PRACTICE}/regrants/ask`,
    {
      ...gate('regrant-ask', 256 * KIB, 'session'),
      schema: { body: wire.askRegrant, response: { 200: wire.grantAnswer } },
    },
    async (request) =>
      askRegrants(vault, await openMessage(vault, request, 'regrant-ask', request.body), request.body.body),
  );
  api.post(
    `${PRACTICE}/regrants`,
    {
      ...gate('regrant', 2048 * KIB, 'session'),
      schema: { body: wire.postRegrant, response: { 200: wire.committed } },
    },
    async (request) => regrant(vault, await openMessage(vault, request, 'regrant', request.body), request.body.body),
  );
  api.get(
    `${PRACTICE}/reviews`,
    { ...gate('reviews', 4 * KIB, 'session'), schema: { response: { 200: wire.reviews } } },
    async (request) => reviews(vault, await authenticate(vault, request)),
  );
  api.post(
    `${PRACTICE}/reviews/told`,
    {
      ...gate('review-told', 256 * KIB, 'session'),
      schema: { body: wire.postTold, response: { 200: wire.committed } },
    },
    async (request) =>
      tellPatient(vault, await openMessage(vault, request, 'review-told', request.body), request.body.body),
  );
  api.post(
    `${PRACTICE}/reviews/close`,
    {
      ...gate('review-close', 256 * KIB, 'session'),
      schema: { body: wire.postReview, response: { 200: wire.committed } },
    },
    async (request) =>
      closeReview(vault, await openMessage(vault, request, 'review-close', request.body), request.body.body),
  );
}
