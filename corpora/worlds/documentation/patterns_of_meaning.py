"""Statements that explain: what a thing is and does, why, when, how, and what follows."""

from __future__ import annotations

from corpora.worlds.documentation.pattern import Pattern

DEFINITIONS = (
    Pattern(
        "what it is",
        (
            "{thing} is {definition}.",
            "{thing}, {definition}, was first released in {year}.",
            "In short, {thing} is {definition}, although it began as an experiment.",
            "The name {thing} stands for {definition}.",
        ),
        {
            "{definition}": (
                "What is {thing}?",
                "what's {thing}",
                "Define {thing}.",
                "What is meant by {thing}?",
                "tell me what {thing} is",
                "explain {thing}",
            ),
        },
    ),
    Pattern(
        "what it is",
        (
            "{abbreviated} is {definition}, and it needs {size} of memory.",
            "By {abbreviated} we mean {definition}.",
            "Unlike its forerunners, {abbreviated} is {definition}.",
        ),
        {
            "{definition}": (
                "What is {abbreviated}?",
                "Define {abbreviated}.",
                "what does {abbreviated} mean?",
            )
        },
    ),
    Pattern(
        "what it does",
        (
            "{thing} {does} and is switched on in {version}.",
            "{thing} {does} and thus brings {gain}.",
            "Whenever {condition}, {thing} {does}.",
        ),
        {
            "{does}": (
                "What does {thing} do?",
                "what does {thing} do",
                "What is the job of {thing}?",
                "What happens in {thing}?",
                "explain what {thing} does",
            )
        },
    ),
    Pattern(
        "what it does",
        (
            "`{function}` {does} and then calls `{function2}`, which {does2}.",
            "While `{function}` {does}, its sibling `{function2}` {does2}.",
            "`{function2}` {does2}; `{function}`, on the other hand, {does}.",
        ),
        {
            "{does}": ("What does {function} do?", "purpose of {function}", "what is {function} good for?"),
            "{does2}": (
                "What does {function2} do?",
                "What is the task of {function2}?",
                "what does {function2} do",
            ),
        },
    ),
    Pattern(
        "what it does",
        (
            "`{class}` {does}, and `{class2}` {does2}.",
            "The class `{class}` {does}, but `{class2}` {does2}.",
        ),
        {
            "{does}": ("What does a {class} do?", "What is {class} for?", "role of {class}"),
            "{does2}": ("What does a {class2} do?", "Why would I use a {class2}?"),
        },
    ),
    Pattern(
        "use",
        (
            "{thing} is used for {use}, less often for {use2}.",
            "Its main use is {use}, but {thing} also serves {use2} now and then.",
            "People turn to {thing} for {use}, seldom for {use2}.",
        ),
        {
            "{use}": (
                "What is {thing} used for?",
                "What is {thing} mainly used for?",
                "main application of {thing}",
                "what can i use {thing} for?",
            )
        },
    ),
    Pattern(
        "use",
        (
            "{thing} serves to {do}.",
            "The purpose of {thing} is to {do}, even though {clause}.",
            "Built to {do}, {thing} has since found other users.",
        ),
        {
            "{do}": (
                "What is the purpose of {thing}?",
                "What is {thing} for?",
                "What was {thing} built for?",
                "why do people use {thing}?",
            )
        },
    ),
    Pattern(
        "term",
        (
            "The share of {plural} that pass the filter is called {metric}.",
            "{metric} is the share of {plural} that pass the filter.",
            "One calls the share of {plural} that pass the filter the {metric}.",
        ),
        {
            "{metric}": (
                "What is the share of {plural} that pass the filter called?",
                "What is the term for the share of {plural} that get through?",
                "name for the share of {plural} that pass",
            )
        },
    ),
    Pattern(
        "term",
        (
            "The technique to {do} is known as {method}.",
            "To {do} is what engineers call {method}.",
            "{method} is the name of a technique to {do}, first described in {year}.",
        ),
        {
            "{method}": (
                "Which technique is used to {do}?",
                "What do engineers call it when they {do}?",
                "What is it called to {do}?",
                "name of the method to {do}",
            ),
        },
    ),
    Pattern(
        "controls",
        (
            "`{key}` controls how often to {do}; it is {setting} at first.",
            "At first {setting}, the key `{key}` determines how often to {do}.",
        ),
        {
            "how often to {do}": ("What does {key} control?", "What is {key} for?", "meaning of {key}"),
            "{setting}": ("What is the initial value of {key}?", "What does {key} start at?"),
        },
    ),
)

REASONS = (
    Pattern(
        "reason",
        (
            "{thing} {does} because {clause}.",
            "Because {clause}, {thing} {does}.",
            "Since {clause}, {thing} has to {do}.",
            "{thing} was designed this way because {clause}, not for the sake of {gain}.",
            "The reason for {thing} is that {clause}.",
        ),
        {
            "{clause}": (
                "Why is {thing} needed?",
                "What is the reason for {thing}?",
                "why {thing}",
                "Why does {thing} work this way?",
                "why was {thing} designed like that?",
            )
        },
    ),
    Pattern(
        "avoidance",
        (
            "To avoid {trouble}, {thing} {does}.",
            "{thing} {does} in order to avoid {trouble}.",
            "{thing} {does}, which would otherwise lead to {trouble}.",
            "Without {thing}, the result would be {trouble}, because {clause}.",
        ),
        {
            "{trouble}": (
                "What does {thing} prevent?",
                "Which problem does {thing} avoid?",
                "what would happen without {thing}?",
                "What is {thing} a remedy against?",
            )
        },
    ),
    Pattern(
        "purpose clause",
        (
            "{thing} {does}, and that gives {gain}.",
            "So as to get {gain}, {thing} {does}.",
            "For the sake of {gain}, {thing} {does}, even if {clause}.",
        ),
        {"{does}": ("What does {thing} do?", "what does {thing} do", "How does {thing} help?")},
    ),
    Pattern(
        "gain and cost",
        (
            "{thing} brings {gain} at the cost of {cost}.",
            "The price of {thing} is {cost}; its reward is {gain}.",
            "While {thing} costs {cost}, it gives {gain} in return.",
            "You get {gain} from {thing}, but you pay with {cost}.",
        ),
        {
            "{gain}": (
                "What is the advantage of {thing}?",
                "What do I gain from {thing}?",
                "benefit of {thing}",
                "Why would I choose {thing}?",
            ),
            "{cost}": (
                "What is the drawback of {thing}?",
                "What does {thing} cost?",
                "downside of {thing}",
                "what's the price of {thing}?",
            ),
        },
    ),
    Pattern(
        "consequence",
        (
            "If `{key}` is too high, the result is {trouble}; if it is too low, {trouble2}.",
            "Too large a value of `{key}` leads to {trouble}, too small a value to {trouble2}.",
            "A high `{key}` causes {trouble}, whereas a low one brings {trouble2}.",
        ),
        {
            "{trouble}": (
                "What happens if {key} is too high?",
                "What happens when {key} is too large?",
                "{key} too high",
                "effect of a large {key}",
            ),
            "{trouble2}": (
                "What happens if {key} is too low?",
                "What if {key} is too small?",
                "consequence of a low {key}",
            ),
        },
    ),
    Pattern(
        "consequence",
        (
            "When {condition}, {tool} {does}; when it is stopped, it {does2}.",
            "{tool} {does} if {condition}, but it {does2} when it is stopped.",
        ),
        {
            "{does}": (
                "What happens if {condition}?",
                "What does {tool} do when {condition}?",
                "what happens in {tool} if {condition}",
            ),
            "{does2}": ("What does {tool} do when it is stopped?", "What happens when I stop {tool}?"),
        },
    ),
)

CONDITIONS = (
    Pattern(
        "condition",
        (
            "Use {thing} only when {condition}.",
            "{thing} pays off once {condition}, but not before.",
            "Once {condition}, {thing} {does}.",
            "{thing} {does} as soon as {condition}.",
            "If {condition}, prefer {thing}.",
        ),
        {
            "{condition}": (
                "When should I use {thing}?",
                "when to use {thing}",
                "In which case is {thing} used?",
                "Under what condition does {thing} help?",
                "When does {thing} come into play?",
            )
        },
    ),
    Pattern(
        "exception",
        (
            "{thing} {does} unless {condition}.",
            "Unless {condition}, {thing} {does}.",
            "{thing} always {does}, except when {condition}.",
        ),
        {
            "{condition}": (
                "When does {thing} not do this?",
                "What is the exception for {thing}?",
                "In which case does {thing} behave differently?",
            ),
            "{does}": (
                "What does {thing} normally do?",
                "What does {thing} do?",
                "usual behaviour of {thing}",
            ),
        },
    ),
    Pattern(
        "manner",
        (
            "{thing} achieves {gain} by {doing}.",
            "By {doing}, {thing} achieves {gain}.",
            "{thing} works by {doing} and then by {doing2}.",
            "What makes {thing} different is that it works by {doing}, rather than by {doing2}.",
        ),
        {
            "{doing}": (
                "How does {thing} work?",
                "how does {thing} do it",
                "By what means does {thing} work?",
                "explain how {thing} works",
            )
        },
    ),
    Pattern(
        "advice",
        (
            "To prevent {trouble}, {do} or lower `{key}`.",
            "You can prevent {trouble} if you {do}; a lower `{key}` helps as well.",
            "Against {trouble} it helps to {do}, which {thing} does on its own.",
        ),
        {
            "{do}": (
                "How can I prevent {trouble}?",
                "What helps against {trouble}?",
                "how to avoid {trouble}",
                "What should I do about {trouble}?",
            )
        },
    ),
    Pattern(
        "weakness",
        (
            "{thing} suffers from {trouble}, because {clause}.",
            "Because {clause}, {thing} is prone to {trouble}.",
            "The main weakness of {thing} is {trouble}: {clause}.",
        ),
        {
            "{trouble}": (
                "What is the main weakness of {thing}?",
                "What does {thing} suffer from?",
                "problems of {thing}",
            ),
            "{clause}": (
                "Why does {thing} suffer from {trouble}?",
                "What is the cause of {trouble} in {thing}?",
                "Why is {thing} prone to this?",
            ),
        },
    ),
)
