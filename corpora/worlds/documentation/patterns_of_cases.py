"""Statements with a value for each of several cases, and with people or parts that belong together.

The question says which case is meant, or asks for all who are named: one number or one name of the sentence
is as likely as the other until both are read closely.
"""

from __future__ import annotations

from corpora.worlds.documentation.pattern import Pattern

VALUES = (
    Pattern(
        "value of each case",
        (
            "The {attribute} is {setting} for {method}, {setting2} for {method2}, {setting3} for {method3}.",
            "{method} wants a {attribute} of {setting}, {method2} of {setting2}, {method3} of {setting3}.",
            "For {method}, {method2} and {method3} the {attribute} is {setting}, {setting2} and {setting3}.",
        ),
        {
            "{setting}": ("What {attribute} is recommended for {method}?", "which {attribute} for {method}"),
            "{setting2}": ("What {attribute} does {method2} want?", "{attribute} of {method2}"),
            "{setting3}": (
                "What should the {attribute} be for {method3}?",
                "Which {attribute} fits {method3}?",
            ),
        },
    ),
    Pattern(
        "two attributes",
        (
            "In {tool} the default {attribute} is {setting} and the default {attribute2} is {setting2}.",
            "{tool} ships with a {attribute} of {setting} and a {attribute2} of {setting2}.",
            "The {attribute} of {tool} starts out as {setting}, its {attribute2} as {setting2}.",
        ),
        {
            "{setting}": ("What is the default {attribute} of {tool}?", "{tool} default {attribute}"),
            "{setting2}": (
                "What {attribute2} does {tool} have by default?",
                "default {attribute2} in {tool}",
            ),
        },
    ),
    Pattern(
        "from first to last",
        (
            "The {attribute} of {thing} falls from {decimal} in the first stage to {decimal2} in the last.",
            "{thing} lowers its {attribute} from {decimal} at the start to {decimal2} at the end.",
            "Beginning with {decimal}, {thing} ends with a {attribute} of {decimal2}.",
        ),
        {
            "{decimal}": (
                "What is the {attribute} of {thing} at first?",
                "With what {attribute} does {thing} begin?",
            ),
            "{decimal2}": (
                "What does the {attribute} of {thing} come down to?",
                "With what {attribute} does {thing} end?",
            ),
        },
    ),
    Pattern(
        "raised",
        (
            "In release {version} the {attribute} of {tool} went up from {number} to {number2}.",
            "{tool} had a {attribute} of {number} until release {version} set it to {number2}.",
            "Release {version} of {tool} replaced the {attribute} of {number} by {number2}.",
        ),
        {
            "{number}": ("What was the {attribute} of {tool} before {version}?", "old {attribute} of {tool}"),
            "{number2}": (
                "To what was the {attribute} of {tool} raised?",
                "What is the {attribute} of {tool} since {version}?",
            ),
        },
    ),
    Pattern(
        "two rounds",
        (
            "{tool} reads {number} {plural} in the first round and {number2} in the second.",
            "Of all {plural}, {tool} keeps {number} after the first round and {number2} after the second.",
            "In its first round {tool} takes {number} {plural}, in its second {number2}.",
        ),
        {
            "{number}": ("How many {plural} does the first round of {tool} take?",),
            "{number2}": ("How many {plural} are there in the second round of {tool}?",),
        },
    ),
    Pattern(
        "extents",
        (
            "{tool} calls an image small below {extent} and large above {extent2}.",
            "For {tool} an image of less than {extent} is small, one of more than {extent2} large.",
        ),
        {
            "{extent}": ("Below what size does {tool} call an image small?", "What is small to {tool}?"),
            "{extent2}": (
                "Above what size is an image large to {tool}?",
                "When does {tool} call an image large?",
            ),
        },
    ),
    Pattern(
        "counted collection",
        (
            "{collection} holds {number} recordings of {number2} speakers in {number3} rooms.",
            "For {collection}, {number2} speakers were recorded {number} times in {number3} rooms.",
            "There are {number3} rooms, {number2} speakers and {number} recordings in {collection}.",
        ),
        {
            "{number}": ("How many recordings does {collection} have?", "recordings in {collection}"),
            "{number2}": ("How many speakers are in {collection}?", "number of speakers in {collection}"),
            "{number3}": (
                "How many rooms does {collection} cover?",
                "In how many rooms was {collection} made?",
            ),
        },
    ),
    Pattern(
        "two measures",
        (
            "One batch of {tool} holds about {number} {plural}, or about {number2} {plural2}.",
            "A batch of {tool} is worth {number} {plural} or {number2} {plural2}.",
        ),
        {
            "{number}": ("How many {plural} does a batch of {tool} hold?",),
            "{number2}": ("How many {plural2} are in one batch of {tool}?",),
        },
    ),
    Pattern(
        "value and its witnesses",
        (
            "A good {attribute} for {thing} is {setting}, as {person} and {person2} confirmed in {year}.",
            "{person} and {person2} confirmed in {year} that {setting} is a good {attribute} for {thing}.",
            "According to {person} and {person2} ({year}), the {attribute} of {thing} should be {setting}.",
        ),
        {
            "{setting}": (
                "What should the {attribute} of {thing} be?",
                "What is a good {attribute} for {thing}?",
            ),
            "{person} and {person2}": ("Who confirmed the {attribute} of {thing}?",),
            "{year}": ("When was the {attribute} of {thing} confirmed?",),
        },
    ),
    Pattern(
        "weight of a penalty",
        (
            "{method} adds a penalty whose weight lambda is {number}.",
            "The penalty that {method} adds has a weight lambda of {number}.",
        ),
        {"{number}": ("What weight does the penalty of {method} have?", "lambda of {method}")},
    ),
    Pattern(
        "brought down",
        (
            "{model} by {person} and colleagues ({year}) has a {metric} of {decimal} on {collection}.",
            "On {collection}, {model} by {person} and colleagues reached a {metric} of {decimal} in {year}.",
        ),
        {
            "{decimal}": ("What {metric} did {model} reach on {collection}?", "{metric} of {model}"),
            "{person} and colleagues": ("Who published {model}?", "Who is behind {model}?"),
            "{year}": ("When did {model} come out?",),
            "{collection}": ("On what was the {metric} of {model} measured?",),
        },
    ),
)

TOGETHER = (
    Pattern(
        "two people",
        (
            "{person} and {person2} introduced {thing} in {year}.",
            "{thing}, proposed by {person} and {person2} in {year}, has been in use ever since.",
            "It was in {year} that {person} and {person2} described {thing}.",
        ),
        {
            "{person} and {person2}": (
                "Who introduced {thing}?",
                "who invented {thing}",
                "By whom is {thing}?",
            ),
            "{year}": ("When was {thing} introduced?", "year of {thing}"),
        },
    ),
    Pattern(
        "three people",
        (
            "{surname}, {surname2} and {surname3} introduced {thing} in {year}.",
            "{thing} goes back to {surname}, {surname2} and {surname3}, who published it in {year}.",
            "In {year}, {surname}, {surname2} and {surname3} were the first to describe {thing}.",
        ),
        {
            "{surname}, {surname2} and {surname3}": (
                "Who introduced {thing}?",
                "Who first described {thing}?",
                "authors of {thing}",
            ),
            "{year}": ("When was {thing} published?", "In what year did {surname} describe {thing}?"),
        },
    ),
    Pattern(
        "paper",
        (
            '{surname} and colleagues introduced {thing} in "{title}", a paper of {year}.',
            'The paper "{title}" by {surname} and colleagues introduced {thing} in {year}.',
            '{thing} first appeared in "{title}" ({surname} and colleagues, {year}).',
        ),
        {
            "{surname} and colleagues": (
                "Who introduced {thing}?",
                'Who wrote "{title}"?',
                "authors of {thing}",
            ),
            "{title}": ("Which paper introduced {thing}?", "In which paper did {thing} appear?"),
            "{year}": ("When was {thing} introduced?",),
        },
    ),
    Pattern(
        "added later",
        (
            "The {tool} of {year} had no {attribute}; {person} and {person2} added it in {lateryear}.",
            "{person} and {person2} gave the {tool} of {year} a {attribute} in {lateryear}.",
        ),
        {
            "{lateryear}": (
                "When was the {attribute} added to {tool}?",
                "Since when does {tool} have its {attribute}?",
            ),
            "{person} and {person2}": ("Who added the {attribute} to {tool}?",),
        },
    ),
    Pattern(
        "name for a case",
        (
            "{method} is the name for what happens if {condition}.",
            "If {condition}, one speaks of {method}.",
            "What happens if {condition} is called {method}.",
        ),
        {
            "{method}": (
                "What is it called if {condition}?",
                "What is the word for it if {condition}?",
            )
        },
    ),
    Pattern(
        "remedies",
        (
            "Remedies for {trouble} are {method}, {method2} and {method3}, the last of which {does}.",
            "Against {trouble} there are {method}, {method2} and {method3}, which {does}.",
        ),
        {
            "{method3}": ("Which remedy {does}?", "Which method {does}?"),
            "{method}, {method2} and {method3}": ("What helps against {trouble}?", "remedies for {trouble}"),
        },
    ),
    Pattern(
        "fields of a record",
        (
            "{tool} stores a record as {part}, {part2}, {part3} and {part4}.",
            "A record of {tool} consists of {part}, {part2}, {part3} and {part4}, in this order.",
        ),
        {
            "{part}, {part2}, {part3} and {part4}": (
                "As what does {tool} store a record?",
                "What does a record of {tool} consist of?",
            )
        },
    ),
    Pattern(
        "trained on",
        (
            "{model} was trained on {collection}, {size} of {plural}, for {period}.",
            "For {period}, {model} learned from the {size} of {plural} in {collection}.",
        ),
        {
            "{collection}": ("On which data was {model} trained?", "training data of {model}"),
            "{size}": ("How large is {collection}?", "On how much was {model} trained?"),
            "{period}": ("How long was {model} trained?",),
        },
    ),
    Pattern(
        "needs neither",
        (
            "{abbreviated}, by {surname} and colleagues in {year}, needs neither {part} nor {part2}.",
            "In {year}, {surname} and colleagues published {abbreviated}: no need of {part} or {part2}.",
        ),
        {
            "{abbreviated}": ("Which method works without {part}?", "What needs no such thing as {part2}?"),
            "{surname} and colleagues": ("Who published {abbreviated}?",),
        },
    ),
    Pattern(
        "correspondence",
        (
            "{method} corresponds to {method2}, and {method3} to {method4}.",
            "What {method2} is to {method}, {method4} is to {method3}.",
        ),
        {
            "{method2}": ("What does {method} correspond to?", "counterpart of {method}"),
            "{method4}": ("What does {method3} correspond to?", "To what does {method3} correspond?"),
        },
    ),
    Pattern(
        "cause",
        (
            "{method} without {method2} produces {trouble}, so {do} first.",
            "Mostly it is {method} without {method2} that leads to {trouble}; it helps to {do} first.",
        ),
        {
            "{method} without {method2}": ("What produces {trouble}?", "What leads to {trouble}?"),
            "{do} first": ("What helps against {trouble}?",),
        },
    ),
    Pattern(
        "same as another",
        (
            "{thing} has the same {attribute} as {thing2}, so it needs no {plural}.",
            "Since it has the same {attribute} as {thing2}, {thing} works without {plural}.",
        ),
        {
            "the same {attribute} as {thing2}": (
                "Why does {thing} need no {plural}?",
                "Why does {thing} work without {plural}?",
            )
        },
    ),
)
