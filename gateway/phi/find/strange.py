"""Whether a word may be somebody's name: one that lists have as a name and hardly as anything else, or one on no list at all.

A word on no list is nobody's where it says a task, or is made as words of programs and of medicine are.
"""

from __future__ import annotations

import re
from typing import Final

from gateway.phi.find import lexicon

ROLES: Final = frozenset(
    "admin agent ai analyst assistant autogen bot chat chatbot client coder copilot critic crewai developer dev docs example executor fact file gpt human "
    "intern kit langchain langgraph llama llm manager math mcp mistral model nurse openai orchestrator planner proxy qwen rag researcher retriever router "
    "server session sql subagent summarizer supervisor surfer system task terminal tester tool tools triage user web websurfer worker writer magentic one soma "
    "gemini claude grok deepseek kimi gemma codex reranker transcriber websearch webhook ollama vllm litellm playwright github slack jira".split()
)
"""What programs that take part are called, as far as lists of words do not say so."""
_PROGRAMS: Final = frozenset(
    "weaviate milvus qdrant minio traefik pulumi hetzner dagster kestra scylla fluentd mimir gitea argocd tekton circleci vercel netlify heroku akamai fastly jboss quarkus llamacpp "
    "coqui chroma faiss shopify magento dcmtk pydicom rollup esbuild vitest redux pinia remix proxmox libvirt rsyslog selinux rclone restic btrfs gluster velero skaffold minikube "
    "buildah skopeo containerd trivy grype sonarqube semgrep checkmarx socat hasura typeorm valkey algolia".split()
)
"""Programs that no list of words has."""
_ENDINGS: Final = ("r", "er", "or", "s", "es", "bot", "gpt", "ai", "ist", "izer", "ing")
_UNLISTED: Final = 5
"""Letters of the shortest word on no list that may be a surname: shorter ones are mostly abbreviations."""
_PART: Final = 3
"""Letters of the shortest of two words that one is made of."""
_MADE: Final = re.compile(
    r"(?:kube|docker|tele|hyper|micro|multi|proto|postgre|mongo|sqlite|mysql|elastic|cyber|crypto|auth|oidc|saml|json|yaml|html|http|smtp|grpc|"
    r"angio|arthro|broncho|cardio|cerebr|cholecyst|colono|cranio|cysto|derma|electro|endo(?:crin|scop|metr|trach)|entero|erythro|fibro|gastro|glyco|gyn[ae]|haem|hemo|hepat|histo|hydro|"
    r"hypo|immuno|intra|laparo|laryng|leuko|lympho|mammo|myelo|nephr|neuro|ophthalm|osteo|pneumo|procto|pseud|psych|pulmon|radio|retin|spirom|spondyl|thorac|thromb|trache|ultra|urethr|"
    r"vaso|ventricul)[a-z]*"
    r"|[a-z]+(?:sql|db|api|json|xml|html|http|proxy|server|client|cache|queue|vectors?|search|store|soft|stack|cloud|cluster|hook|script|shell|graph|flow|byte|chain|ctl|ctx|cfg|conf|config|"
    r"args|env|repo|sync|exec|init|impl|utils?|admin|i[sz]er|i[sz]e[ds]?|ibles?|[st]ions?|olog(?:y|ist|ical)|itis|osis|oses|iasis|emia|aemia|uria|pathy|plegia|algia|ectomy|otomy|ostomy|"
    r"plasty|scop(?:y|ic)|graphy|ogram|metry|metric|therapy|genic|lysis|penia|philia|phobia|rrh(?:o?ea|age)|(?:carcin|sarc|lymph|aden|gli|melan)omas?|"
    r"pril|sartan|olol|statin|azole|cillin|cycline|mycin|floxacin|mab|[tf]inib|gliptin|gliflozin|glutide|parin|xaban|setron|triptan|zepam|zolam|caine|thiazide|semide|amide|amine|[tz]idine|"
    r"oxides?|ical|istic|oid|ous)"
)
"""How words of programs and of medicine begin and end; families are hardly called so."""


def are_named(first: str, second: str) -> bool:
    """Whether two words are a given name and another in either order, or both are on no list and say no task."""
    given = any(is_named(word) and lexicon.marks(word) & lexicon.GIVEN for word in (first, second))
    strange = [is_strange(word) for word in (first, second)]
    return all(strange) or (
        given and all(is_named(one) or odd for one, odd in zip((first, second), strange, strict=True))
    )


def may_be_called(first: str, second: str) -> bool:
    """Whether two words may be a name where the text says that one stands there: also `polglaze`, which is two words joined."""
    known = [lexicon.marks(word) for word in (first, second)]
    return all(_may_be(word, marks) for word, marks in zip((first, second), known, strict=True)) and any(
        not marks or marks & lexicon.GIVEN for marks in known
    )


def _may_be(word: str, marks: frozenset[str]) -> bool:
    """Whether a word is often a name, is nothing but a name, or is on no list and not made as words of programs are."""
    if word in ROLES or word in _PROGRAMS:
        return False
    if not marks:
        return len(word) >= _UNLISTED and _MADE.fullmatch(word) is None
    return bool(marks & {"F", "G"}) or marks <= lexicon.NAMES


def is_named(word: str) -> bool:
    """Whether a word is a name, and at most besides one of everyday language that is often given."""
    marks = lexicon.marks(word)
    often = "G" in marks
    return (
        bool(marks & lexicon.PEOPLE)
        and all(mark in lexicon.NAMES or (often and mark == lexicon.ORDINARY) for mark in marks)
        and word not in ROLES
    )


def is_strange(word: str) -> bool:
    """Whether a word is on no list, says no task, and is not made as words of programs and of medicine are."""
    return (
        len(word) >= _UNLISTED
        and word not in ROLES
        and word not in _PROGRAMS
        and not lexicon.marks(word)
        and not _says_a_task(word)
        and _MADE.fullmatch(word) is None
    )


def _says_a_task(word: str) -> bool:
    """Whether what is left without its ending is a word: `summarizer`, `weatherbot`; or it is made of two: `codereview`."""
    stems = [word.removesuffix(end) for end in _ENDINGS if word.endswith(end)]
    if any(_is_said(stem) or _is_said(f"{stem}e") or _is_said(f"{stem.removesuffix('i')}y") for stem in stems):
        return True
    return any(_is_said(word[:at]) and _is_said(word[at:]) for at in range(_PART, len(word) - _PART + 1))


def _is_said(word: str) -> bool:
    marks = lexicon.marks(word)
    return word in ROLES or bool(marks & lexicon.ELSE)
