// Tokens of Sprint.  The input is bytes; a byte above 7F may stand only in texts and
// comments.  Two things are decided between lexer and parser (compiler/parse/layout.h):
// which line ends separate, and which words and `%` behind a number are its UNIT.
lexer grammar SprintLexer;

tokens { UNIT }

RULER      : '////' ~[\n]* -> type(COMMENT), channel(HIDDEN);
DOC        : '///' ~[\n]* -> channel(HIDDEN);
COMMENT    : '//' ~[\n]* -> channel(HIDDEN);
SPACE      : [ \t\f\r]+ -> skip;
NEWLINE    : '\n';

// Words of expressions: names only behind a `.` and as keys of attributes.
TRUE       : 'true';
FALSE      : 'false';
NULL_VALUE : 'null';
AND        : 'and';
OR         : 'or';
NOT        : 'not';
IF         : 'if';
THEN       : 'then';
ELSE       : 'else';
FOR        : 'for';
IN         : 'in';

// Words that begin or join a declaration; everywhere else they are names.
IMPORT     : 'import';
AS         : 'as';
VERSION    : 'version';
PARAM      : 'param';
LET        : 'let';
OUTPUT     : 'output';
SECRET     : 'secret';
FUNCTION   : 'function';
TYPE       : 'type';
NODES      : 'nodes';
MACHINES   : 'machines';
FUNCTIONS  : 'functions';
LINK       : 'link';
FLOW       : 'flow';
MOVED      : 'moved';
MEASURED   : 'measured';
ON         : 'on';
PIN        : 'pin';
FORBID     : 'forbid';
DEPLOY     : 'deploy';
REQUIRE    : 'require';
PREFER     : 'prefer';
MINIMIZE   : 'minimize';
MAXIMIZE   : 'maximize';
AT         : 'at';
LATER      : 'later';

NAME       : [A-Za-z_] [A-Za-z0-9_]*;
NUMBER     : [0-9]+ ('.' [0-9]+)? ([eE] [+-]? [0-9]+)?;

BOTH       : '<->';
ARROW      : '->';
EQ         : '==';
NE         : '!=';
LE         : '<=';
GE         : '>=';
LT         : '<';
GT         : '>';
ASSIGN     : '=';
PLUS       : '+';
MINUS      : '-';
STAR       : '*';
SLASH      : '/';
PERCENT    : '%';
BAR        : '|';
QUESTION   : '?';
COLON      : ':';
COMMA      : ',';
RANGE      : '..';
DOT        : '.';
LPAREN     : '(';
RPAREN     : ')';
LBRACKET   : '[';
RBRACKET   : ']';
LBRACE     : '{' -> pushMode(DEFAULT_MODE);
RBRACE     : '}' -> popMode;
OPEN_LINES : '"""' -> pushMode(InLines);
OPEN_TEXT  : '"' -> pushMode(InText);
UNKNOWN    : . ;

// "one line, {holes} and \escapes"; a line end inside ends the text (and is an error).
mode InText;
CLOSE_TEXT : '"' -> popMode;
OPEN_HOLE  : '{' -> pushMode(DEFAULT_MODE);
PIECE      : (~["\\{\n] | CODE_POINT | '\\' ~[\n])+;
fragment CODE_POINT : '\\u{' [0-9A-Za-z]* '}';
LONE_SLASH : '\\' -> type(PIECE);
TEXT_END   : '\n' -> type(NEWLINE), popMode;

// """ several lines """
mode InLines;
CLOSE_LINES : '"""' -> popMode;
LINES_HOLE  : '{' -> type(OPEN_HOLE), pushMode(DEFAULT_MODE);
LINES_PIECE : (~["\\{] | CODE_POINT | '\\' .)+ -> type(PIECE);
LINES_QUOTE : ["\\] -> type(PIECE);
