--
-- PostgreSQL database dump
--


-- Dumped from database version 15.18 (Debian 15.18-0+deb12u1)
-- Dumped by pg_dump version 15.18 (Debian 15.18-0+deb12u1)

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: authorization_codes; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.authorization_codes (
    code_hash text NOT NULL,
    grant_id text NOT NULL,
    expires_at bigint NOT NULL,
    redirect_uri text NOT NULL,
    code_challenge text NOT NULL,
    used_at bigint
);


--
-- Name: authorization_requests; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.authorization_requests (
    id_hash text NOT NULL,
    browser_hash text NOT NULL,
    client_id text NOT NULL,
    redirect_uri text NOT NULL,
    state text,
    scopes text NOT NULL,
    resource text NOT NULL,
    code_challenge text NOT NULL,
    expires_at bigint NOT NULL
);


--
-- Name: grants; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.grants (
    id text NOT NULL,
    username text NOT NULL,
    client_id text NOT NULL,
    scopes text NOT NULL,
    resource text NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL
);


--
-- Name: kysely_migration; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.kysely_migration (
    name character varying(255) NOT NULL,
    "timestamp" character varying(255) NOT NULL
);


--
-- Name: kysely_migration_lock; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.kysely_migration_lock (
    id character varying(255) NOT NULL,
    is_locked integer DEFAULT 0 NOT NULL
);


--
-- Name: oauth_clients; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.oauth_clients (
    client_id text NOT NULL,
    client_name text,
    client_uri text,
    redirect_uris text NOT NULL,
    token_endpoint_auth_method text NOT NULL,
    grant_types text NOT NULL,
    secret_hash text,
    registration_hash text,
    created_at bigint NOT NULL,
    used_at bigint,
    expires_at bigint NOT NULL
);


--
-- Name: orders; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.orders (
    id text NOT NULL,
    username text NOT NULL,
    product_id text NOT NULL,
    quantity integer NOT NULL,
    status text NOT NULL,
    ordered_at bigint NOT NULL,
    shipped_at bigint,
    delivered_at bigint,
    cancelled_at bigint
);


--
-- Name: products; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.products (
    id text NOT NULL,
    category text NOT NULL,
    name text NOT NULL,
    description text NOT NULL,
    price_cents integer NOT NULL,
    currency text NOT NULL,
    stock integer NOT NULL
);


--
-- Name: rate_limits; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.rate_limits (
    key text NOT NULL,
    hits integer NOT NULL,
    resets_at bigint NOT NULL
);


--
-- Name: refresh_tokens; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.refresh_tokens (
    token_hash text NOT NULL,
    grant_id text NOT NULL,
    expires_at bigint NOT NULL,
    used_at bigint
);


--
-- Name: revoked_access_tokens; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.revoked_access_tokens (
    jti text NOT NULL,
    grant_id text NOT NULL,
    expires_at bigint NOT NULL
);


--
-- Name: server_secrets; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.server_secrets (
    name text NOT NULL,
    value text NOT NULL,
    created_at bigint NOT NULL
);


--
-- Name: service_tokens; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.service_tokens (
    name text NOT NULL,
    token_hash text NOT NULL,
    scopes text NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint
);


--
-- Name: signing_keys; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.signing_keys (
    kid text NOT NULL,
    private_jwk text NOT NULL,
    signs_from bigint NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint
);


--
-- Name: users; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.users (
    username text NOT NULL,
    name text NOT NULL,
    password_hash text NOT NULL,
    scopes text NOT NULL,
    disabled integer DEFAULT 0 NOT NULL,
    created_at bigint NOT NULL
);


--
-- Data for Name: authorization_codes; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.authorization_codes VALUES ('DJYDXjNLkBnD5d8CqdXjxEDn_5FnXHmhcYLt_OecCrI', 'Lmlzm4EgmY62j69u4NLez0I-OLMzEy8EIQRCvtrgPd0', 1795769552, 'http://127.0.0.1:7777/callback', 'risDBEv-_b3jivdsMFgQAFqlMBeslvfd4JEe8xTyCc8', 1795769493);
INSERT INTO public.authorization_codes VALUES ('pOHhAztx2OzqqiPrOHvCct9dTA6pvkuEnF4H4otUNMs', 'WujPE2wj7RFLCTLDkqDX2RPuSGXWZ4tUGqMCqM-1wPU', 1795769560, 'http://127.0.0.1:7777/callback', '3sg-1lZERyMChvZIKWjPg_Y2tIybeWNKBQPcfPYRmrs', NULL);
INSERT INTO public.authorization_codes VALUES ('huEvVHNRuXUW6aWqgMZI0sA6bXSQjF_V_iE-ZknE590', 'fsdTSmQsMmmNPhyfjHH2b0rFuGc7ulTCJB-YVI6WoQc', 1795769564, 'http://127.0.0.1:7777/callback', 'EozSvzQUOD3P_Ufw78eC6qLy4-EvX47mUkMQMqxGqck', 1795769505);


--
-- Data for Name: authorization_requests; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: grants; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.grants VALUES ('Lmlzm4EgmY62j69u4NLez0I-OLMzEy8EIQRCvtrgPd0', 'alice', 'iZiTmf5aTpb692QrhqsX4GnmKVTKJ_3whJ3Wy8C0mH8', 'read orders:write', 'http://localhost:39373/mcp', 1795769492, 1798361493);
INSERT INTO public.grants VALUES ('WujPE2wj7RFLCTLDkqDX2RPuSGXWZ4tUGqMCqM-1wPU', 'carol', 'iZiTmf5aTpb692QrhqsX4GnmKVTKJ_3whJ3Wy8C0mH8', 'read', 'http://localhost:39373/mcp', 1795769500, 1795769560);
INSERT INTO public.grants VALUES ('fsdTSmQsMmmNPhyfjHH2b0rFuGc7ulTCJB-YVI6WoQc', 'bob', 'iZiTmf5aTpb692QrhqsX4GnmKVTKJ_3whJ3Wy8C0mH8', 'read', 'http://localhost:39373/mcp', 1795769504, 1798361505);


--
-- Data for Name: kysely_migration; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.kysely_migration VALUES ('0001-shop', '2026-11-27T08:50:33.893Z');
INSERT INTO public.kysely_migration VALUES ('0002-oauth', '2026-11-27T08:50:34.192Z');
INSERT INTO public.kysely_migration VALUES ('0003-service-tokens', '2026-11-27T08:50:34.230Z');


--
-- Data for Name: kysely_migration_lock; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.kysely_migration_lock VALUES ('migration_lock', 0);


--
-- Data for Name: oauth_clients; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.oauth_clients VALUES ('iZiTmf5aTpb692QrhqsX4GnmKVTKJ_3whJ3Wy8C0mH8', 'Released client', NULL, '["http://127.0.0.1:7777/callback"]', 'none', '["authorization_code","refresh_token"]', NULL, 'lyl3nFId-L_SJYlnca2DB-xqUbI1XwL-gGxgJozOjmc', 1795769487, 1795769505, 1803545505);


--
-- Data for Name: orders; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.orders VALUES ('ORD-1001', 'alice', 'lamp-arc', 1, 'delivered', 1788253200, 1788426000, 1788685200, NULL);
INSERT INTO public.orders VALUES ('ORD-1002', 'alice', 'chair-oak', 4, 'delivered', 1788512400, 1788685200, 1788944400, NULL);
INSERT INTO public.orders VALUES ('ORD-1003', 'alice', 'table-dining', 1, 'delivered', 1788512400, 1788685200, 1788944400, NULL);
INSERT INTO public.orders VALUES ('ORD-1004', 'alice', 'lamp-bedside', 2, 'cancelled', 1789203600, NULL, NULL, 1789290000);
INSERT INTO public.orders VALUES ('ORD-1005', 'alice', 'stool-bar', 2, 'shipped', 1794128400, 1794301200, NULL, NULL);
INSERT INTO public.orders VALUES ('ORD-1006', 'alice', 'lamp-pendant', 1, 'shipped', 1794301200, 1794474000, NULL, NULL);
INSERT INTO public.orders VALUES ('ORD-1008', 'alice', 'lamp-desk', 1, 'processing', 1794819600, NULL, NULL, NULL);
INSERT INTO public.orders VALUES ('ORD-1009', 'alice', 'bench-hall', 1, 'processing', 1794992400, NULL, NULL, NULL);
INSERT INTO public.orders VALUES ('ORD-1010', 'alice', 'table-coffee', 1, 'processing', 1795165200, NULL, NULL, NULL);
INSERT INTO public.orders VALUES ('ORD-2001', 'bob', 'table-desk', 1, 'delivered', 1788685200, 1788858000, 1789117200, NULL);
INSERT INTO public.orders VALUES ('ORD-2002', 'bob', 'lamp-desk', 1, 'delivered', 1788685200, 1788858000, 1789117200, NULL);
INSERT INTO public.orders VALUES ('ORD-2003', 'bob', 'chair-lounge', 1, 'cancelled', 1789981200, NULL, NULL, 1790067600);
INSERT INTO public.orders VALUES ('ORD-2004', 'bob', 'table-coffee', 1, 'delivered', 1790931600, 1791104400, 1791363600, NULL);
INSERT INTO public.orders VALUES ('ORD-2005', 'bob', 'lamp-arc', 2, 'shipped', 1793955600, 1794128400, NULL, NULL);
INSERT INTO public.orders VALUES ('ORD-2006', 'bob', 'chair-oak', 2, 'shipped', 1794387600, 1794560400, NULL, NULL);
INSERT INTO public.orders VALUES ('ORD-2007', 'bob', 'stool-bar', 4, 'processing', 1794646800, NULL, NULL, NULL);
INSERT INTO public.orders VALUES ('ORD-2008', 'bob', 'lamp-pendant', 3, 'processing', 1794906000, NULL, NULL, NULL);
INSERT INTO public.orders VALUES ('ORD-2009', 'bob', 'table-side', 2, 'processing', 1795078800, NULL, NULL, NULL);
INSERT INTO public.orders VALUES ('ORD-2010', 'bob', 'bench-hall', 1, 'processing', 1795251600, NULL, NULL, NULL);
INSERT INTO public.orders VALUES ('ORD-1007', 'alice', 'table-side', 1, 'cancelled', 1794733200, NULL, NULL, 1795769494);


--
-- Data for Name: products; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.products VALUES ('lamp-arc', 'lighting', 'Arc floor lamp', 'Brushed steel arc with a linen shade, 190 cm tall.', 18900, 'EUR', 7);
INSERT INTO public.products VALUES ('lamp-desk', 'lighting', 'Pivot desk lamp', 'Aluminium desk lamp with a dimmable warm LED.', 5900, 'EUR', 24);
INSERT INTO public.products VALUES ('lamp-pendant', 'lighting', 'Opal pendant', 'Mouth-blown opal glass on a 150 cm textile cable.', 8900, 'EUR', 12);
INSERT INTO public.products VALUES ('lamp-bedside', 'lighting', 'Bedside globe', 'Small glass globe with a touch switch and three levels.', 4500, 'EUR', 0);
INSERT INTO public.products VALUES ('chair-oak', 'seating', 'Oak dining chair', 'Solid oak with a woven paper-cord seat.', 14900, 'EUR', 18);
INSERT INTO public.products VALUES ('chair-lounge', 'seating', 'Lounge chair', 'Low lounge chair in wool bouclé on walnut legs.', 42900, 'EUR', 4);
INSERT INTO public.products VALUES ('stool-bar', 'seating', 'Bar stool', 'Powder-coated steel, seat height 75 cm, stackable.', 11900, 'EUR', 15);
INSERT INTO public.products VALUES ('bench-hall', 'seating', 'Hall bench', 'Ash bench with a shelf for shoes, 110 cm wide.', 19900, 'EUR', 6);
INSERT INTO public.products VALUES ('table-dining', 'tables', 'Dining table', 'Oiled oak, seats six to eight, 200 by 95 cm.', 79900, 'EUR', 3);
INSERT INTO public.products VALUES ('table-side', 'tables', 'Side table', 'Round side table with a terrazzo top, 45 cm across.', 9900, 'EUR', 21);
INSERT INTO public.products VALUES ('table-desk', 'tables', 'Writing desk', 'Two drawers and a cable channel, 130 by 65 cm.', 34900, 'EUR', 5);
INSERT INTO public.products VALUES ('table-coffee', 'tables', 'Coffee table', 'Smoked glass on a walnut frame, 100 by 60 cm.', 22900, 'EUR', 9);


--
-- Data for Name: rate_limits; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.rate_limits VALUES ('register:127.0.0.1', 1, 1795773087);
INSERT INTO public.rate_limits VALUES ('login:K9gGyX8OAK8aH8Myj6djqSaXI8jbj6xPk69x2xhtbpA', 0, 1795773088);
INSERT INTO public.rate_limits VALUES ('login:TCbZB0wn2J7eWScMCsFLceBxsVI5UZ91R0svO6Y0gfU', 0, 1795773095);
INSERT INTO public.rate_limits VALUES ('authorize:127.0.0.1', 3, 1795769548);
INSERT INTO public.rate_limits VALUES ('login:gbY32PzSxtpjWeaWMROhFw3nleS3JbhNHgtM_Z7FjOk', 0, 1795773101);
INSERT INTO public.rate_limits VALUES ('login:127.0.0.1', 0, 1795770388);
INSERT INTO public.rate_limits VALUES ('token:127.0.0.1', 3, 1795769553);


--
-- Data for Name: refresh_tokens; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.refresh_tokens VALUES ('3yCEFt6BDSR5JBxP841Zc5_RMb_q6oLYeQ8bGLlYr5E', 'Lmlzm4EgmY62j69u4NLez0I-OLMzEy8EIQRCvtrgPd0', 1798361493, NULL);
INSERT INTO public.refresh_tokens VALUES ('aAdIDFAJDbHOVckqIJAtno3nKC-Y4vRqiq1V2pdz1x4', 'fsdTSmQsMmmNPhyfjHH2b0rFuGc7ulTCJB-YVI6WoQc', 1798361505, NULL);


--
-- Data for Name: revoked_access_tokens; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.revoked_access_tokens VALUES ('770e300c-b05c-4c79-a17e-47038a34f62c', 'fsdTSmQsMmmNPhyfjHH2b0rFuGc7ulTCJB-YVI6WoQc', 1795773105);


--
-- Data for Name: server_secrets; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.server_secrets VALUES ('mcp-request-state', 'wj4NPVaK0NIq0kqDj2pAUAqp-wOowpWmI72Viyye79w', 1795769445);
INSERT INTO public.server_secrets VALUES ('refresh-token-successor', 'tjuwBbDoZLqBxNXE8Xnx4YCg1O4O5hf_nPJ4OOphMw4', 1795769446);


--
-- Data for Name: service_tokens; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.service_tokens VALUES ('reports', 'umfjup6lV0n3hoyOwPwPQ1XS_-EzTjL2Qp-_wje-t18', 'read orders:write', 1795769480, NULL);


--
-- Data for Name: signing_keys; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.signing_keys VALUES ('vxJ6owvzzxaWb4TuYwCQa-DJOspB_CkQwJsG4tpMk_4', '{"kty":"EC","x":"YAPDZ4pFWETKMSQ3V4PmcSIuqxky1YcAKyF9s4cu3uQ","y":"XZrutwy_G-S8JQBEQFq9GRlU_PkI5NX9slwdy2WTaXM","crv":"P-256","d":"074LsrTcrG2LC9NkpSZQFEAvzksMdTn6i9kNazdFhWs","kid":"vxJ6owvzzxaWb4TuYwCQa-DJOspB_CkQwJsG4tpMk_4"}', 1795769446, 1795769446, 1795859633);
INSERT INTO public.signing_keys VALUES ('4ZxJteR90pw8_cvI1ReQoD4M9-iuTLFrgMz0L4aEmbo', '{"kty":"EC","x":"Vbn7qQNNqwrzDqJriHivUAV2acZFaZKSa0hdDcIs_00","y":"ZKY28drVVXNA1ai-3nB6FC9EPhPr8IoDRV8pAZYRPEI","crv":"P-256","d":"B3TLaYWgZDWT2LEmP9F8GWGwAE5mTFmQSbIgI8qfX3Y","kid":"4ZxJteR90pw8_cvI1ReQoD4M9-iuTLFrgMz0L4aEmbo"}', 1795855913, 1795769513, NULL);


--
-- Data for Name: users; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.users VALUES ('alice', 'Alice', '$2b$12$kfSpteJf2qSdULyiSGifJucnDhPuYTjsUgaDgF/IAEI4mTq.z5fka', 'read orders:write', 0, 1795769437);
INSERT INTO public.users VALUES ('bob', 'Bob', '$2b$12$gteSAKkmNJIwqxwDLziDNOgauIsw6HO4eLNXILNTy4cUA8g.BM3ni', 'read orders:write', 0, 1795769442);
INSERT INTO public.users VALUES ('carol', 'Carol', '$2b$12$H89Lbg7prCajce1X5ULaCe0Hskjnslcvckreljk3aYRo7XHBFIFWS', 'read', 0, 1795769469);


--
-- Name: authorization_codes authorization_codes_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.authorization_codes
    ADD CONSTRAINT authorization_codes_pkey PRIMARY KEY (code_hash);


--
-- Name: authorization_requests authorization_requests_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.authorization_requests
    ADD CONSTRAINT authorization_requests_pkey PRIMARY KEY (id_hash);


--
-- Name: grants grants_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.grants
    ADD CONSTRAINT grants_pkey PRIMARY KEY (id);


--
-- Name: kysely_migration_lock kysely_migration_lock_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.kysely_migration_lock
    ADD CONSTRAINT kysely_migration_lock_pkey PRIMARY KEY (id);


--
-- Name: kysely_migration kysely_migration_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.kysely_migration
    ADD CONSTRAINT kysely_migration_pkey PRIMARY KEY (name);


--
-- Name: oauth_clients oauth_clients_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.oauth_clients
    ADD CONSTRAINT oauth_clients_pkey PRIMARY KEY (client_id);


--
-- Name: oauth_clients oauth_clients_registration_hash_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.oauth_clients
    ADD CONSTRAINT oauth_clients_registration_hash_key UNIQUE (registration_hash);


--
-- Name: orders orders_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.orders
    ADD CONSTRAINT orders_pkey PRIMARY KEY (id);


--
-- Name: products products_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.products
    ADD CONSTRAINT products_pkey PRIMARY KEY (id);


--
-- Name: rate_limits rate_limits_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.rate_limits
    ADD CONSTRAINT rate_limits_pkey PRIMARY KEY (key);


--
-- Name: refresh_tokens refresh_tokens_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.refresh_tokens
    ADD CONSTRAINT refresh_tokens_pkey PRIMARY KEY (token_hash);


--
-- Name: revoked_access_tokens revoked_access_tokens_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.revoked_access_tokens
    ADD CONSTRAINT revoked_access_tokens_pkey PRIMARY KEY (jti);


--
-- Name: server_secrets server_secrets_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.server_secrets
    ADD CONSTRAINT server_secrets_pkey PRIMARY KEY (name);


--
-- Name: service_tokens service_tokens_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.service_tokens
    ADD CONSTRAINT service_tokens_pkey PRIMARY KEY (name);


--
-- Name: service_tokens service_tokens_token_hash_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.service_tokens
    ADD CONSTRAINT service_tokens_token_hash_key UNIQUE (token_hash);


--
-- Name: signing_keys signing_keys_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.signing_keys
    ADD CONSTRAINT signing_keys_pkey PRIMARY KEY (kid);


--
-- Name: users users_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_pkey PRIMARY KEY (username);


--
-- Name: authorization_codes_expires_at; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX authorization_codes_expires_at ON public.authorization_codes USING btree (expires_at);


--
-- Name: authorization_codes_grant_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX authorization_codes_grant_id ON public.authorization_codes USING btree (grant_id);


--
-- Name: authorization_requests_expires_at; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX authorization_requests_expires_at ON public.authorization_requests USING btree (expires_at);


--
-- Name: grants_client_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX grants_client_id ON public.grants USING btree (client_id);


--
-- Name: grants_expires_at; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX grants_expires_at ON public.grants USING btree (expires_at);


--
-- Name: grants_username; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX grants_username ON public.grants USING btree (username);


--
-- Name: oauth_clients_expires_at; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX oauth_clients_expires_at ON public.oauth_clients USING btree (expires_at);


--
-- Name: orders_username; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX orders_username ON public.orders USING btree (username);


--
-- Name: products_category; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX products_category ON public.products USING btree (category);


--
-- Name: rate_limits_resets_at; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX rate_limits_resets_at ON public.rate_limits USING btree (resets_at);


--
-- Name: refresh_tokens_expires_at; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX refresh_tokens_expires_at ON public.refresh_tokens USING btree (expires_at);


--
-- Name: refresh_tokens_grant_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX refresh_tokens_grant_id ON public.refresh_tokens USING btree (grant_id);


--
-- Name: revoked_access_tokens_expires_at; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX revoked_access_tokens_expires_at ON public.revoked_access_tokens USING btree (expires_at);


--
-- Name: revoked_access_tokens_grant_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX revoked_access_tokens_grant_id ON public.revoked_access_tokens USING btree (grant_id);


--
-- Name: authorization_codes authorization_codes_grant_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.authorization_codes
    ADD CONSTRAINT authorization_codes_grant_id_fkey FOREIGN KEY (grant_id) REFERENCES public.grants(id) ON DELETE CASCADE;


--
-- Name: orders orders_product_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.orders
    ADD CONSTRAINT orders_product_id_fkey FOREIGN KEY (product_id) REFERENCES public.products(id);


--
-- Name: refresh_tokens refresh_tokens_grant_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.refresh_tokens
    ADD CONSTRAINT refresh_tokens_grant_id_fkey FOREIGN KEY (grant_id) REFERENCES public.grants(id) ON DELETE CASCADE;


--
-- Name: revoked_access_tokens revoked_access_tokens_grant_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.revoked_access_tokens
    ADD CONSTRAINT revoked_access_tokens_grant_id_fkey FOREIGN KEY (grant_id) REFERENCES public.grants(id) ON DELETE CASCADE;


--
-- PostgreSQL database dump complete
--


