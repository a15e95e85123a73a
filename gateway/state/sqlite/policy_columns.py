"""Columns of the record that came later: what a policy was asked, what a change of it let out, emergency access; only SQL."""

_LISTED = """
CREATE TRIGGER IF NOT EXISTS entry_{column} BEFORE INSERT ON entry WHEN NEW.{column} IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'every one of them is a known word') WHERE EXISTS (
        SELECT 1 FROM json_each('["' || replace(NEW.{column}, ',', '","') || '"]')
        WHERE value NOT IN (SELECT name FROM word)
    );
END;
"""
ASKED = """
ALTER TABLE entry ADD COLUMN label TEXT CHECK (length(label) BETWEEN 1 AND 4000 AND label NOT GLOB '*["]*');
ALTER TABLE entry ADD COLUMN agents TEXT CHECK (length(agents) BETWEEN 1 AND 20000 AND agents NOT GLOB '*["]*');
ALTER TABLE entry ADD COLUMN counted TEXT CHECK (length(counted) BETWEEN 1 AND 4000 AND counted NOT GLOB '*["]*');
ALTER TABLE entry ADD COLUMN agent_unclear INTEGER CHECK (agent_unclear IN (0, 1));
""" + "".join(_LISTED.format(column=column) for column in ("label", "agents", "counted"))
"""The facts a policy was asked about that no other column has, so that another one can be asked the same. Lists are known
words with commas between them."""

OPENS = """
ALTER TABLE config ADD COLUMN opens TEXT CHECK (length(opens) BETWEEN 2 AND 100000);
"""
"""What a configuration let out that the one before did not, as sentences of administrators' words."""

EMERGENCY = """
ALTER TABLE entry ADD COLUMN emergency TEXT REFERENCES word;
ALTER TABLE event ADD COLUMN reason TEXT REFERENCES word;
"""
"""The reason code of emergency access, of a request that had it and of the window itself."""
