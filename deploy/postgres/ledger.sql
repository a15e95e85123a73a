-- The record of Triage Gateway in PostgreSQL 13 or later. Run it once, as the owner of an empty database or schema:
--
--     psql -v ON_ERROR_STOP=1 -v writer=gateway -f ledger.sql "postgresql://owner@db.clinic.example/gateway"
--
-- `writer` is the role that the gateways use. It must exist, and must own nothing here: it may add rows and read them.
-- Tables and columns are those of the record in SQLite; `gateway audit migrate` moves one over.
BEGIN;

CREATE DOMAIN hex_digits AS text CHECK (VALUE ~ '^[0-9a-f]{8,64}$');
CREATE DOMAIN sha256 AS bytea CHECK (length(VALUE) = 32);
CREATE DOMAIN amount AS bigint CHECK (VALUE >= 0);

CREATE TABLE word (
    name text PRIMARY KEY CHECK (length(name) BETWEEN 1 AND 200 AND name !~ '[^ -~]')
);

CREATE TABLE entry (
    seq bigint PRIMARY KEY,
    at_us bigint NOT NULL CHECK (at_us > 0),
    phase text NOT NULL CHECK (phase IN ('intent', 'attempt', 'outcome')),
    request_id text NOT NULL CHECK (request_id ~ '^req_[0-9a-z]{16,40}$'),
    attempt bigint NOT NULL CHECK (attempt BETWEEN 0 AND 1000),
    operation text NOT NULL,
    dialect text,
    caller text,
    route text,
    agent text,
    target text,
    provider text,
    provider_kind text,
    model text,
    sensitivity text,
    destination text,
    result text,
    reason text,
    error_code text,
    policy_hash hex_digits,
    body_digest sha256,
    body_bytes amount,
    status bigint CHECK (status BETWEEN 100 AND 999),
    attempts amount,
    duration_us amount,
    overhead_us amount,
    first_token_us amount,
    input_tokens amount,
    output_tokens amount,
    cached_input_tokens amount,
    reasoning_tokens amount,
    cost_nano_usd amount,
    energy_nwh amount,
    label text CHECK (length(label) BETWEEN 1 AND 4000),
    agents text CHECK (length(agents) BETWEEN 1 AND 20000),
    counted text CHECK (length(counted) BETWEEN 1 AND 4000),
    agent_unclear bigint CHECK (agent_unclear IN (0, 1)),
    config_hash hex_digits,
    baa_ref text,
    baa_end bigint CHECK (baa_end BETWEEN 10101 AND 99991231),
    detectors amount,
    detector text,
    emergency text,
    cache_write_tokens amount,
    audio_input_tokens amount,
    audio_output_tokens amount,
    cost_quality text,
    energy_quality text,
    baseline_nano_usd amount,
    CHECK (phase <> 'intent' OR (body_digest IS NOT NULL AND policy_hash IS NOT NULL AND target IS NOT NULL)),
    CHECK (phase <> 'outcome' OR (status IS NOT NULL AND result IS NOT NULL)),
    UNIQUE (request_id, phase, attempt)
);

CREATE TABLE detail (
    seq bigint NOT NULL,
    what text NOT NULL CHECK (what IN ('found', 'redacted', 'unknown', 'rule', 'trait')),
    word text NOT NULL,
    style text,
    count bigint CHECK (count > 0),
    PRIMARY KEY (seq, what, word)
);

CREATE TABLE policy (
    hash text PRIMARY KEY CHECK (hash ~ '^[0-9a-f]{64}$'),
    text text NOT NULL
);

CREATE TABLE config (
    seq bigint PRIMARY KEY,
    at_us bigint NOT NULL CHECK (at_us > 0),
    result text NOT NULL,
    config_before hex_digits,
    config_after hex_digits NOT NULL,
    policy_before hex_digits,
    policy_after text NOT NULL REFERENCES policy,
    never_digest hex_digits,
    opens text CHECK (length(opens) BETWEEN 2 AND 100000)
);

CREATE TABLE event (
    seq bigint PRIMARY KEY,
    at_us bigint NOT NULL CHECK (at_us > 0),
    what text NOT NULL,
    subject text,
    since_us bigint CHECK (since_us > 0),
    number amount,
    digest sha256,
    reason text
);

CREATE TABLE log (
    one bigint PRIMARY KEY CHECK (one = 1),
    origin text NOT NULL CHECK (origin ~ '^triage-gateway/ledger/[a-z0-9/-]+$')
);

-- Two sequencers cannot both take a place: the second one's commit fails.
CREATE TABLE leaf (
    idx bigint PRIMARY KEY CHECK (idx >= 0),
    of bigint NOT NULL CHECK (of BETWEEN 1 AND 3),
    seq bigint NOT NULL,
    hash sha256 NOT NULL
);

CREATE TABLE node (
    level bigint NOT NULL CHECK (level > 0 AND level % 8 = 0),
    idx bigint NOT NULL CHECK (idx >= 0),
    hash sha256 NOT NULL,
    PRIMARY KEY (level, idx)
);

-- A text that is no known word finds no place: asked once for all rows of a statement.
CREATE FUNCTION only_known_words() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    unknown bigint;
BEGIN
    IF TG_TABLE_NAME = 'entry' THEN
        SELECT count(*) INTO unknown FROM added AS a, LATERAL (
            SELECT unnest(ARRAY[a.operation, a.dialect, a.caller, a.route, a.agent, a.target, a.provider, a.provider_kind,
                a.model, a.sensitivity, a.destination, a.result, a.reason, a.error_code, a.baa_ref, a.detector, a.emergency,
                a.cost_quality, a.energy_quality]
                || string_to_array(a.label, ',') || string_to_array(a.agents, ',') || string_to_array(a.counted, ','))
        ) AS said (name) WHERE said.name IS NOT NULL AND NOT EXISTS (SELECT FROM word WHERE word.name = said.name);
    ELSIF TG_TABLE_NAME = 'detail' THEN
        SELECT count(*) INTO unknown FROM added AS a, LATERAL (VALUES (a.word), (a.style)) AS said (name)
        WHERE said.name IS NOT NULL AND NOT EXISTS (SELECT FROM word WHERE word.name = said.name);
    ELSIF TG_TABLE_NAME = 'event' THEN
        SELECT count(*) INTO unknown FROM added AS a, LATERAL (VALUES (a.what), (a.subject), (a.reason)) AS said (name)
        WHERE said.name IS NOT NULL AND NOT EXISTS (SELECT FROM word WHERE word.name = said.name);
    ELSE
        SELECT count(*) INTO unknown FROM added AS a WHERE NOT EXISTS (SELECT FROM word WHERE word.name = a.result);
    END IF;
    IF unknown > 0 THEN
        RAISE EXCEPTION 'every text of the record is a known word' USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;

-- A guard against accidents, also of the owner's.
CREATE FUNCTION only_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the record is append-only' USING ERRCODE = 'insufficient_privilege';
END $$;

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['entry', 'detail', 'config', 'event'] LOOP
        EXECUTE format('CREATE TRIGGER words AFTER INSERT ON %I REFERENCING NEW TABLE AS added FOR EACH STATEMENT '
                       'EXECUTE FUNCTION only_known_words()', name);
    END LOOP;
    FOREACH name IN ARRAY ARRAY['entry', 'detail', 'policy', 'config', 'event', 'log', 'leaf', 'node'] LOOP
        EXECUTE format('CREATE TRIGGER guard BEFORE UPDATE OR DELETE OR TRUNCATE ON %I FOR EACH STATEMENT '
                       'EXECUTE FUNCTION only_added()', name);
    END LOOP;
END $$;

GRANT SELECT, INSERT ON word, entry, detail, policy, config, event, log, leaf, node TO :"writer";

COMMIT;
