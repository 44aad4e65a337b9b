//go:build linux || darwin

package jobs

// enqueueFunction lets any Postgres client enqueue inside its own transaction with one statement:
//
//	SELECT rw_enqueue('job', '{"x": 1}'::jsonb)
//
// It does what River.insert does: key, run, ledger and notification, all in the caller's transaction, so a commit
// enqueues and a rollback does not. What the declaration says (queue, priority, attempts) is read from rw_jobs, where
// the server stores it.
const enqueueFunction = `
CREATE OR REPLACE FUNCTION rw_enqueue(p_job text, p_args jsonb DEFAULT '{}', p_key text DEFAULT NULL, p_at timestamptz DEFAULT NULL,
	p_queue text DEFAULT NULL, p_priority int DEFAULT NULL, p_trace text DEFAULT NULL, OUT run_id bigint, OUT duplicate boolean)
LANGUAGE plpgsql AS $fn$
DECLARE
	declared jsonb;
	meta jsonb := '{}';
	micros bigint := (extract(epoch FROM clock_timestamp()) * 1000000)::bigint;
BEGIN
	SELECT j.declared::jsonb INTO declared FROM rw_jobs j WHERE j.name = p_job;
	IF declared IS NULL OR declared ->> 'name' IS NULL THEN
		RAISE EXCEPTION 'no job named % is declared', p_job USING HINT = 'start roadworthy serve with the code that declares it';
	END IF;
	IF jsonb_typeof(p_args) <> 'object' THEN
		RAISE EXCEPTION 'the arguments of job % are not a JSON object', p_job;
	END IF;
	duplicate := false;
	IF p_key IS NOT NULL AND p_key <> '' THEN
		INSERT INTO rw_keys (job, key, run_id, created_at) VALUES (p_job, p_key, 0, micros) ON CONFLICT DO NOTHING;
		IF NOT FOUND THEN
			SELECT k.run_id INTO run_id FROM rw_keys k WHERE k.job = p_job AND k.key = p_key;
			duplicate := true;
			RETURN;
		END IF;
		meta := meta || jsonb_build_object('rw_key', p_key);
	END IF;
	IF p_trace IS NOT NULL AND p_trace <> '' THEN
		meta := meta || jsonb_build_object('rw_trace', p_trace);
	END IF;
	INSERT INTO river_job (args, kind, max_attempts, metadata, priority, queue, scheduled_at, state)
	VALUES (p_args, p_job, coalesce((declared ->> 'retries')::int, 0) + 1, meta, coalesce(p_priority, (declared ->> 'priority')::int, 2),
		coalesce(p_queue, declared ->> 'queue', 'default'), coalesce(p_at, clock_timestamp()),
		CASE WHEN p_at > clock_timestamp() THEN 'scheduled'::river_job_state ELSE 'available'::river_job_state END)
	RETURNING id INTO run_id;
	IF p_key IS NOT NULL AND p_key <> '' THEN
		UPDATE rw_keys k SET run_id = rw_enqueue.run_id WHERE k.job = p_job AND k.key = p_key;
	END IF;
	INSERT INTO rw_ledger (accepted, pruned, at) VALUES (1, 0, micros);
	PERFORM pg_notify('rw_work', '');
END
$fn$`
