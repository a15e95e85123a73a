"""The words by which people ask for little, for work and for thought, as tables; pure.

Some tables are of a level: what is looked up or read off, what is composed along a known path, what has to be thought through.
Others only say more about it: what makes it harder, what thing is wanted, what frame is set for it. How much a word of each
table counts is in `weights.py`. Texts are looked at in lower case.
"""

from __future__ import annotations

import re
from typing import Final

_MAKE: Final = (
    "create|make|build|outline|propose|formulate|write|draft|prepare|develop|plan|produce|generate|compose|give|set out"
)
_MADE: Final = (
    r"(?:\ban?|\bthe|\bsome|\bmy|\bour|\bme|\binto|\bto|\d|\b(?:two|three|five|ten)) (?:[\w'’-]+ ){0,3}"
    r"(?:recipe|(?:meal|study|lesson|exercise|weekly) plan|agenda|minutes|template|e-?mail|post|story|poem|speech|bio\b|biography"
    r"|script|schedule|rota|outline|survey|questionnaire|quiz|flash-?cards?|brief|memo|announcement|press release|newsletter"
    r"|brochure|flyer|cheat ?sheet|tutorial|guide|how-to|faq|persona|presentation|slides|talk|lecture|handout|leaflet|checklist"
    r"|essay|article|blog|cover letter|reference|invitation|toast|apology|complaint|response|reply|message|paragraph|snippet|cli"
    r"|program|class\b|function|endpoint|macro|formula|regex|dockerfile|manifest|workflow|diagram|flow-?chart|mock-?up|form\b"
    r"|step-by-step|narrative|case (?:study|summary)|vignette|analogy|metaphor|mnemonic|bullet points for|talking points"
    r"|words (?:a|the|that))"
)
"""Things that are written in one go."""
_BIG: Final = (
    r"(?:protocol|proposal|polic(?:y|ies)|roadmap|framework|curriculum|algorithm|guideline|research paper|literature review"
    r"|pipeline|schema|strategy|programme|program|business (?:case|plan)|white ?paper|grant|thesis|playbook|threat model"
    r"|post-?mortem|(?:project|treatment|management|care|study|migration|rollout|analysis|rehabilitation|capacity|recovery"
    r"|response|implementation|improvement|transition|contingency|monitoring|sampling|trial|work-?up) plan(?! entry))"
)
"""Things that have many parts."""
_SENTENCE: Final = r"(?:^|(?<=[.!?:;\n])|(?<=[.!?:;]\s)|(?<=please\s)|(?<=and\s)|(?<=you\s))"
"""Where a sentence begins: `list` is an order there, and a thing elsewhere."""


def _words(table: str, *, begins: str = r"(?<!\w)") -> re.Pattern[str]:
    """Any of the patterns of `table`, between which stands ` ; `; a line may end after a `|` too."""
    patterns = (
        " ".join(table.split())
        .replace("| ", "|")
        .replace("<make>", f"(?:{_MAKE})")
        .replace("<made>", _MADE)
        .replace("<big>", _BIG)
    )
    return re.compile(begins + "(?:" + "|".join(patterns.split(" ; ")) + ")")


THOUGHT: Final = _words(
    r"""
    differential ; most likely (?:diagnos|cause|explanation|mechanism) ; (?:diagnostic )?work-?up ;
    (?:re)?design(?!ed)(?! pattern) ; architect ; devise ; formulate ; derive\b ; deriv(?:ation|ing) ;
    pro(?:ve|of sketch)(?! of) ; refactor ; re-?architect ; (?:intermittent|deadlock|race condition|memory leak|bottleneck) ;
    root[- ]causes? ; trade-?offs? ; critical(?:ly)? (?:apprais|evaluat|analy|review|assess) ; critiqu ; reconcil ;
    synthesi[sz]e ; meta-analy ; systematic review ; randomi[sz]ed ; sample size ; failure mode ; hypothes[ie] ;
    step[- ]by[- ]step (?:reasoning|analysis|through) ; reason (?:through|about|step) ; think (?:through|step) ; investigate ;
    diagnose why ; find out why ; comprehensive ; in[- ]depth ;
    multi[- ](?:step|stage|phase|tenant|region|agent|thread|disciplinary|objective|criteria) ; contradict ; correlate ;
    optimi[sz](?:e|ation) ; threat model ; security review ; migrat(?:e|ion|ing) ; sensitivity (?:analysis|to) ;
    from first principles ; novel ; <make> (?:[\w'’&/]+[ -]){0,6}<big> ; debug ; argue (?:for|against|both|whether|that) ;
    edge cases ; scal(?:e|able|ability)\b ; constraint ; counterfactual ; causal ; vulnerabilit ; concurren ;
    integer program|linear program ; diagnostic (?:reasoning|algorithm|approach|strategy) ;
    (?:exclude|rule out) (?:mimics|alternatives|other|competing) ;
    (?:legal|ethical|causal|statistical|survival|cost[- ]\w+|gap|decision|regression|financial|risk|impact) (?:analysis|
        model) ;
    (?:decision|diagnostic|treatment|triage) (?:algorithm|tree|framework|support) ; counter-?arguments? ;
    (?:anticipat|rebut|address)\w* (?:the )?(?:strongest )?(?:objections?|counter) ; debate ;
    (?:correctness|formal) (?:argument|proof) ; end[- ]to[- ]end ; distributed (?!to) ;
    resolv(?:e|ing) (?:the |any |all )?(?:conflict|contradict|discrepan|inconsist|disagree) ;
    (?:flag|find|identify|list|spot) (?:every|all|any|each)? ?(?:inconsistenc|discrepanc|contradiction) ; uncertaint(?:y|
        ies) ;
    which (?:of \w+ \w+ )?(?:\w+ ){0,3}should (?:we|i) (?:choose|buy|adopt|use|pick) ;
    whether (?:we|our|the \w+|i) (?:\w+ )?should ;
    how (?:would|should) (?:you|we|i|one) (?:decide|approach|design|test|prove|handle|manage|structure|investigate|validate) ;
    tumou?r board ; stag(?:e|ing) the ; show (?:the |your )?(?:derivation|reasoning|proof|working) ; equivalence ;
    (?:several|multiple|three|four|five|six) (?:competing|conflicting|different|notes|reports|abstracts|papers|sources|
        guidelines|proposals|options|strategies|theories|services) ;
    (?:12|six|two|three|five|\d+)-?(?:week|month|year|quarter) (?:plan|curriculum|roadmap|program|model|tco|strategy|
        forecast) ;
    operating procedure|\bsops?\b ; simulat(?:e|ion) ; compiler|interpreter|parser|lexer|type checker ;
    theorem|lemma|induction\b|posterior|bayesian|estimand|stochastic|poisson|eigen ; (?:conflicting|competing) ;
    balanc(?:e|ing) (?:the |between |\w+ and ) ; for and against|both sides|each side|opposing ;
    ethics (?:case|of)|ethical(?:ly)? ; \bfair(?:ness)?\b(?=\sacross|,|\sand|\sto|\swith) ; forecast ; what drives|drivers of ;
    likely (?:cause|diagnos|explanation|mechanism|source) ; (?:rule|ruling) out ;
    dedup|exactly-once|at-least-once|lock-free|zero[- ]downtime|backward[- ]compatib|without (?:any )?downtime|failover ;
    interplay|how (?:they|these|the \w+) (?:interact|affect|depend|relate) ; negotiat ;
    (?:evaluation|governance|assessment|decision|ethical|measurement|risk|safety|maturity) (?:framework|model|methodology) ;
    hospital-wide|enterprise|organi[sz]ation-wide|system-wide|nationwide ; litigation|standard of care|liability ;
    stiff|convergence|numerical(?:ly)? (?:stab|solv|method) ; mass casualty|tumou?r staging|recist|\bstaging\b ;
    (?:map|redesign|model) the (?:process|system|flow) ; (?:ranked|prioriti[sz]ed) (?:list|plan|recommendations|
        differential) ;
    (?:justify|defend) (?:your|each|every|the|it|them) ; weigh (?:the|up|risks|against|performance|whether)|weighing ;
    (?:long|short)-term (?:strategy|plan|roadmap|design) ; second[- ]order|downstream (?:effects|consequences)|ripple ;
    build (?:versus|vs\.?|or) buy|build-versus-buy|make[- ]or[- ]buy ; multi-?variate|multi-?modal ; reverse[- ]engineer ;
    (?:re-?)?engineer (?:a|the|an) ;
    (?:full|complete) (?:plan|analysis|implementation|protocol|policy|strategy|report|curriculum)
    """,
)
"""What has to be thought through, or made whole out of many parts."""
DOUBT: Final = _words(
    r"""
    can(?:['’])?(?:no)?t (?:all |both )?(?:be|hold) (?:both )?(?:true|right|followed|at once) ; disagree|conflict|contradict ;
    (?:who|which)(?:['’]s|\sis|\sone\sis|\sof\s\w+\sis)? (?:right|true|wrong|correct)\b ; convince ; change (?:your|my|our) mind ;
    settle ; refut|falsif|disprov|counter-?example ; defend|argue ; plausib ; unif(?:y|ied|ying) ;
    what (?:most likely )?happened ; why (?:would|does|do|is|did|might) (?:my|our|the) ; what else could|which else could ;
    how (?:do|would|can|could|should) (?:you|we|i) (?:prove|know|find out|tell|decide) ; invariant ; starv|deadlock|livelock ;
    crash[- ]safe|torn write|partition(?:ed)?\b|exactly[- ]once|idempot|lock-free|race\b ; attack|adversar|threat ;
    bias(?:es)?\b|confound ; worst[- ]case|bounded ; regret ; first principles|derive ; points? of no return|roll-?back ;
    second[- ]order ; think (?:it |this )?through ; reason(?:ing|s aloud|\s(?:it|through|about|aloud|from)\b) ;
    take (?:me through|apart)|pick apart|cross-examin ; rank ; evidence ;
    what (?:would|do) you (?:do|give up|need|regret) ; work out (?:what|why|how|whether) ; find (?:the|out) (?:cause|why) ;
    reproduce ; explanations?\b|explains? why ; strategy|recovery|roadmap ; guarantee|proof|prove|show (?:that|whether|why) ;
    design|invent\b ; plan the (?:move|migration) ; depends? on ; uncertain|how sure|confidence ; trade-?off ; differential ;
    likely ; how far ; reconcil ; hypothes ; what would (?:you|make|settle|change) ; trace\b ; (?:what|which) (?:\w+ )?is true ;
    which way now ; (?:don['’]t|do not|without|not) break(?:ing)? ; orchestrat|coordinat ; (?:work|proceed) in steps|plan first ;
    undo\b|not be undone ; verify (?:each|after|every)
    """,
)
"""That it is not settled what is true, what will hold, or what is best."""
WORK: Final = _words(
    r"""
    summari[sz] ; summary of ; recap\b ; condense ; explain ; describe ; elaborate ; clarify ; draft ; compose ; (?:re)?write ;
    re-?phrase ; phrase\b ; paraphras ; proof-?read ; simplif(?:y|ied) ; improve ; polish ; edit\b ; revise ; shorten ;
    expand (?:on|this|these|the following) ; create ; generate ; produce ; prepare ; make (?:an?|me|some|this|it|
        the)  ; build ;
    implement ; develop ; outline ; suggest ; recommend ; propose ; advise ; advice ; brainstorm ; ideas for ; tips ;
    compar(?:e|ing|ison) ; contrast ; differences?(?: between)? ; differ\b ; versus\b ; pros and cons ; advantages ;
    benefits? (?:and|of) ; review ; check (?:this|the|whether|my|our|it)  ; go (?:through|
        over) ; assess ; evaluat ; analy[sz] ;
    interpret ; discuss ; plan\b ; organi[sz]e ; tidy ; put (?:them|it|this|these) in(?:to)? a ; (?:put|pull) together ;
    show (?:me )?how ; solve ; work (?:out|
        through) ; overview ; guide\b ; determine ; examine ; reconstruct ; judge ; rework ;
    decide ; defend ; shorten ; track\b ;
    read (?:the|this|these) (?:\w+[- ]){1,4}and (?!return|extract|answer|tell|give|classif) ; lay out ; argue ; perform ;
    feedback ; (?:perform|conduct|carry out|run) an? ; structure (?:this|these|the) ; set up ;
    turn (?:this|these|the|my) (?:\w+ ){0,3}into (?:an?|the) (?:soap|letter|note|report|table|summary|email|story|plan|
        paragraph) ;
    convert (?:this|these|the|my) (?:\w+ ){0,3}(?:into|to) (?:an? )?(?:python|java|sql|structured|report|table|note|
        typescript|letter|narrative|soap) ;
    (?:soap|progress|discharge|operative|visit|clinic) (?:note|summary) ; letter ; handout ; leaflet ; checklist ; essay ;
    article ; fix (?:this|the|my|our) (?:code|bug|function|error|query|test|script) ;
    how to (?:fix|avoid|use|set|prepare|handle|deal|talk|tell|write|manage|treat) ; why\b ;
    how (?:would|should|could|might|can|do(?!es [\w ]{1,12} cost)|does|did|is|are)\b(?! (?:you (?:spell|say|pronounce|
        abbreviate)|many|much|old|\S+ (?:pronounced|spelled|spelt|written|abbreviated))) ;
    what (?:would|should|could|causes|happens|can i|do i|steps|are the (?:main|most|key|common|risk|side|typical|best|
        steps|symptoms|signs|causes|options)) ;
    walk (?:me|us) through ; step[- ]by[- ]step ; steps (?:to|for|of) ; (?<!do )i need an?\b ;
    (?:give|write|make|code|create|put|turn|convert|build|need|want|prepare|draft|compose) .{0,80}?<made> ;
    code (?:an?|the|up|me)\b ; teach ; document (?:this|the|our|my) ; comment on ; tell me (?:more |something )?about ;
    talk about ; announce ; coach ; guidance ; basics ; reword ; explanation ; instruct ; structure\b ;
    port (?:this|the|our|it) ; define (?:an?|our) (?:\w+[- ])+(?:strategy|process|policy|framework|model|plan) ;
    give (?:an|\w+) examples? ; help me ; help us ;
    answer (?:the|this|these|my|a|each) (?:question|patient|portal|message|following) ; cite ;
    in (?:plain|lay|simple) (?:language|english|terms|words) ; reading level ; plain[- ]language ; with (?:an )?examples? ;
    unit tests? ; quiz ; reply to ; respond to ; role-?play
    """,
)
"""What is composed or explained along a known path."""
FIRM: Final = _words(
    r"""
    differences?\b(?! in (?:days|hours|minutes|time|years|weeks|age)) ; differ\b ; pros and cons ; advantages ; why\b ;
    how (?:does|do|can|would|should|to)\b(?! (?:you|i|we) (?:say|spell|pronounce|abbreviate|write)|\s\w+ cost) ; summari[sz] ;
    summary of ; compar ; (?:in|into|as|a) table\b ; script ; (?:python|pandas|sql|r|java|sample|
        example) code ; instructions ;
    problem list ; (?:narrative|notes?|findings|bullet points|dictation) (?:in)?to an? ; function ; error handling ;
    reading level ; (?:simple|plain|lay) (?:english|language|terms|words) ; friendly ; explain(?!ation) ; describe\b ;
    causes? of|cause\b ; recommend(?!ed) ; suggest ; steps\b ; structured ; draft ; treated|manage ;
    what (?:should|causes|happens|can|steps) ; (?:to|into) (?:java|python|sql|typescript|rust|go|c\+\+|javascript)\b ; soap ;
    main\b ; unit tests? ; best practices? ;
    (?:give|write|make|code|create|put|turn|convert|build|prepare|draft|compose) .{0,80}?<made> ;
    tell me (?:more |something )?about ; (?:treatment|therapy) options|options for ; how to  ; prevent ; examples\b ;
    translate the (?:attached|following|whole|entire|brochure|document) ; (?:\w+ )?(?:arguments|reasons|ideas|ways|tips)\b ;
    overview ; risk factors|complications|side effects|red flags|symptoms|indications ; good and (?:a )?bad|examples? of an? ;
    what (?:\w+ ){1,2}(?:should|can|could|must) (?:i|we|you|he|she|they|an?|the) ;
    what (?:a|the) (?:patient|nurse|doctor|user|team|person) (?:can|should|could|must) ;
    (?:all|every|each|any) (?:\w+ )?with (?:\w+, )+\w+ ; examples? (?:of|for) each|an example of each ;
    about (?:each|every|it)\b ; is done ; what (?:to|can i) (?:do|check|look|say|expect)
    """,
)
"""What makes work of a request also where it begins like one for little (`what are the main differences`)."""
HARDER: Final = _words(
    r"""
    analy[sz] ; compar(?:e|ing|ison) ; evaluat ; assess(?:ment)?\b ; interpret ; discuss ; justif ; rational(?:e|ize) ;
    weigh(?:t|ing|ed)?\b ; risks?\b ; assumptions? ; alternative ; priorit ; rank(?:ed|ing)?\b ; estimat ; recommend ;
    implications? ; limitations? ; bias ; evidence ; conclu ; reasons?\b|reasoning ; why\b ; how (?:would|should) (?:you|
        we|i) ;
    explain (?:your|the choice|each|every) ; for each|each of|every (?:one|step|decision|item|finding) ; consider(?:ing)? ;
    taking (?:\w+ ){0,3}into account ; given (?:that|the|these|this) ; timeline ; phase[sd]?\b|phased ; roll-?back ; roadmap ;
    strateg ; mechanis ; \w*physiolog ; statistic ; metrics? ; monitoring|escalation ; interactions? ; trials?\b|cohort ;
    prognosis ; consequence|clinical significance ; impact ; scenario ; forecast|break-even ;
    stakeholders|governance|oversight ; methodolog ; endpoints|inclusion criteria ; confounders?|leakage|calibration ;
    unsettled|jurisdiction|gdpr ; exclude|rule out ; coheren ; which best ; preserve ; guarantee ; partition ; measures?\b ;
    immediate|short-term ; adverse|contraindicat ; how (?:they|these|it|you)\b ;
    what (?:would|could) (?:change|go wrong|happen)|what you would ; in order\b ; caveats? ; options ; balance ;
    decide|choose|decision ; viewpoint|perspective|point of view ; requirements? ; roles\b|owners?\b ; deadline|milestone ;
    verif(?:y|ication) ; fallback|downtime ; causes?\b ; arguments?\b ; principle ; proposal ; trend|variance ; architecture ;
    scope|boundar ; evaluation|experiment ; design ; plan\b ; simultaneous|parallel|thread ; dependen ;
    metrics|thresholds?|baseline|benchmark|criteria ; identify|demonstrate|define\b ; strongest|weakest|departures? ;
    stab(?:le|ility)|robust ; in light of|controvers ; unify|unified|integrate|overall|whole ;
    incentive|elasticity|competition|market ; taxonomy|reader study|study design ; pilot|adoption|procurement ;
    drawbacks?|downsides?|disadvantage ; state\b|states\b|transition ; schema\b ; uncertain ;
    over (?:two|three|five|ten|several|\d+) (?:years|months) ; comorbid ; guidelines? ; ethic ; complian|regulat|hipaa|legal ;
    stakeholder|board ; cost ; security ; performance ; latency ; distributed|replicat|consisten|fault|failover|disaster ;
    algorithm ; complexity ; persisten|retr(?:y|ies)|backoff|idempot ; multiple|several|across ; conflict ; disagree|
        discrepan ;
    (?:identify|find) (?:the |any |all |every )?(?:flaws|gaps|weakness|errors|discrepan|source) ;
    distinguish|tell them apart|separate them ; contingenc|mitigat ; objections|objectives ; must\b ; thorough|detailed ;
    long-term ; stepwise ; decision points? ; including (?:\w+[ ,]+){2,}and ; integrat ; test(?:s|ing)?\b ; validat
    """,
)
"""What makes work harder."""
LITTLE: Final = _words(
    r"""
    shorten to ; search the ; do you have ; tell me (?:how often|how many) ;
    determine (?:whether|if) (?:this|the) (?:text|message|sentence|note|report|email) ; (?:re)?write \d ;
    (?:re)?write (?:it |this |that )?(?:the (?:word|number|date|name|abbreviation)|(?:in )?(?:all )?(?:lower|upper|title|
        capital)) ;
    check (?:whether|if) (?:this|the) (?:\w+[- ]){0,3}(?:is|exists) ;
    make (?:it|this|that|these) (?:an? )?(?:bulleted |bullet |numbered )?(?:list|plural|title) ;
    say (?:it|this|that|the following) in ;
    (?:make|put) (?:it|this|that|the \w+) (?:in |into )?(?:lower|upper|bold|plural|capital|past tense|all caps|alphabetical) ;
    (?:turn|change|transform)  ; (?:pick|choose|select|assign) ; complete the (?:sentence|word) ; fill in ;
    tell me (?:the|what|when|who|which|if|whether) ; (?:can|could|would) you (?:please )?(?:tell|give|translate|convert|
        spell) ;
    classif ; categori[sz]e ; extract ; pull out ; translate ; convert ; spell ; define ;
    what(?:'s|s|\s(?:is|are|was|does|do(?!es)|time|year|day|port|unit|colou?r|word|kind|type)) ;
    when (?:is|was|did|does) ; who (?:is|was|are|wrote|discovered|invented) ; where ; which\b ;
    how (?:many|much|long|old|often|far|tall) ; list ; name\b ; label ; tag\b ; mark\b ; route\b ; format ;
    correct (?:the|this|my) ; fix (?:the|this|my) (?:typo|spelling|grammar|punctuation|capitali) ;
    (?:capitali[sz]e|uppercase|lowercase) ; sort ; count ; round ; add\b ; remove ; replace ; expand the ; return ;
    give (?:me )?(?:the|a synonym|one|an? example) ; detect ; identify (?:the )?(?:language|intent|name|date) ;
    (?:is|are|was|does|do|did|can|has|have|should) (?:it|this|that|these|the|there|an?|my|ibuprofen|\w+in|\w+ol)\b ; rate\b ;
    true or false ; calculate ; thank ; hello ; hi\b ; hey\b ; good (?:morning|evening|afternoon) ; ok(?:ay)?\b ; yes\b ; no\b
    """,
    begins=_SENTENCE,
)
"""What is looked up, read off, or changed by rule."""
LEAST: Final = _words(
    r"""
    yes or no ; yes/no ; true or false ; true/false ;
    (?:in|with|only|just|as|use) (?:\w+ )?(?:one|a single|1) (?:short )?(?:word|line|number|letter|sentence|phrase|label|
        term|digit|code) ;
    one[- ](?:word|line|sentence) ; briefly ; in short ; (?:answer|reply|respond|return|output|say|give)(?: me)? (?:only|
        just) ;
    (?:answer|reply|respond) with (?:only|just|the|a|one) ; only the ;
    (?:json|nothing else|the label|the code|the number|the word) only ; nothing else ;
    no (?:explanation|commentary|other text) ; without explanation ; one of(?: the following)?: ; (?:one|a) per line ;
    (?:in )?(?:one|two|a|1|2) (?:short )?(?:\w+ )?(?:sentences?|lines?|words?|title)\b ; (?:only|just) the \w+ ;
    (?:names?|words?|labels?|codes?|numbers?|values?|terms?)(?: \w+){0,3} only ; nothing (?:else|more) ;
    (?:exactly|at most) (?:one|two|three|five|ten|\d{1,2}) words?
    """,
)
"""That the answer is to be short."""
THING: Final = _words(
    r"""
    (?:letter|e-?mail|reply|note|report|summary|minutes|agenda|table|(?:information )?sheet|leaflet|hand-?out|hand-?over|poster|
        script|function|component|class|query|sql|endpoint|playbook|yaml|csv|json|template|form|checklist|quiz|questions|
        vignette|slide|memo|message|story|faq|guide|how-to|rota|schedule|(?:test|care|teaching|meal) plan|home programme|
        newsletter|post|speech|page|paragraph|release notes|list|section|dictation|code|difference|comparison|translation|
        formula|regex|snippet|dockerfile|manifest|config)s?\b
    """
)
"""Things that one makes."""
MAKING: Final = _words(
    r"""
    (?:please )?(?:(?:can|could) you |help me |i need |need )?(?:please )?(?:write|rewrite|draft|compose|make|prepare|create|
        generate|turn|convert|translate|summari[sz]e|compare|explain|describe|suggest|give|fill|tidy|structure|code|build|read|
        review|list|format|produce|put|improve|proofread|extract)\b
    """,
    begins=r"(?:^|(?<=[.!?:]\s))",
)
"""A sentence that orders something to be made of what is known."""
FRAME: Final = _words(
    r"""
    (?:under|about|around|max(?:imum)?|at most|up to|no more than|not more than|below|within|roughly|approximately|of|in)
        (?:\w+ )?\d[\d,]* ?(?:to \d+ )?(?:words?|lines?|characters?|pages?|sentences?|minutes|bullets|columns) ;
    \d+[ -](?:word|page|minute|line)s?\b ;
    (?:one|two|half a|a single|three|five|ten|four|six)[ -](?:page|line|sentence|bullet|paragraph|column)s? ;
    max\.? \d+ ; at most ; no more than ; keep (?:it|each|every|the|all) ; headings? ; sections? ; columns? ; bullets? ;
    table\b ; template ; numbered ; json|csv|yaml ; format ; title ; (?:grade|year|b1|a2|b2|reading (?:age|level)) ;
    plain (?:language|words|english)|simple words ; friendly|polite|formal|warm|firm ; tone ;
    (?:no|without) (?:\w+ ){0,3}(?:jargon|abbreviations|capitals|names|formulas?|librar(?:y|ies)|packages|framework|references|
        questions|brand) ;
    standard library ; type hints?|docstrings? ; comments? ; tests? ; example ;
    for (?:the|our|my|new|an?) (?:\w+ )?(?:website|newsletter|ward|board|patients?|nurses?|students?|juniors?|team|staff|leaflet|
        poster|slide|gp|director|helpdesk|registrars?|beginners?|parents|clinicians) ;
    (?:end|start|finish) with ; mention ; leave out ; include ; sign(?:ed)? ; subject line ; spelling ; print ; style ;
    audience ; synthetic|made[- ]up|invented
    """
)
"""How long, in what form, for whom: who says so knows what is to come out."""
